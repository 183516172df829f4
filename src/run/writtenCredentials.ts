import { isCredentialName } from '../redaction/credentialNames.ts';
import { headerValue, type HeaderList } from '../http/message.ts';
import { urlCredentials } from '../redaction/maskedUrl.ts';
import { bodyCredentials, decoded } from './bodyCredentials.ts';

/**
 * The credentials that stand in the head of a request by the names of its parts: in headers, cookies,
 * the query and the user information. A server that answers with them is masked too.
 */
export function writtenCredentials(url: URL, headers: HeaderList): string[] {
  const found = urlCredentials(url.href).flatMap((text) => [text, decoded(text)]);
  for (const [name, value] of headers) {
    if (/^(?:cookie|cookie2)$/i.test(name)) {
      for (const pair of value.split(';')) found.push(...credentialOf(pair));
    } else if (isCredentialName(name)) found.push(...credentialsOf(value));
  }
  return [...new Set(found.filter((text) => text !== ''))];
}

/** The same for the body, which then follows no redirect to another origin. */
export function writtenInBody(headers: HeaderList, body: Uint8Array | null): string[] {
  if (body === null) return [];
  return bodyCredentials(headerValue(headers, 'content-type') ?? '', body).filter((text) => text !== '');
}

/** Of `name=value`. */
function credentialOf(pair: string): string[] {
  const [name = ''] = pair.split('=', 1);
  // Cookies and parameters may stand in quotes.
  const value = pair
    .slice(name.length + 1)
    .trim()
    .replace(/^"([^"]+)"$/, '$1');
  return isCredentialName(decoded(name).trim()) ? [value, decoded(value)] : [];
}

/** What stands behind a scheme; of Basic the password too, of parameters those that are called like credentials. */
function credentialsOf(value: string): string[] {
  const space = value.indexOf(' ');
  if (space < 0) return [value];
  const rest = value.slice(space + 1).trim();
  if (value.slice(0, space).toLowerCase() !== 'basic') {
    return [rest, ...(rest.includes('="') ? rest.split(',').flatMap(credentialOf) : [])];
  }
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? [rest] : [rest, pair.slice(colon + 1)];
}
