import type { HeaderList, HttpRequest, HttpResponse } from '../http/message.ts';
import { missingOutside } from '../httpfile/resolve/missingVariable.ts';
import type { NotRun } from '../httpfile/marks/notRun.ts';
import { knownMethods } from '../httpfile/parse/methods.ts';
import { certificateOf, type PeerCertificate } from '../http/peerCertificate.ts';
import type { RateLimit } from '../ratelimit/rateLimit.ts';
import { isCredentialName } from '../redaction/credentialNames.ts';
import { withoutUser } from '../http/hop.ts';
import { maskedUrl } from '../redaction/maskedUrl.ts';
import { parseUrl } from '../base/url.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { RequestResult, ResultError } from './result.ts';
import { maskedSetCookie, type SessionCookies } from './session/sessionCookies.ts';
import { asKeyturnError } from '../base/errors.ts';

type Mask = Pick<Redactor, 'mask'>;

export function maskError(redactor: Mask, thrown: unknown): ResultError {
  const { code, message, hint } = asKeyturnError(thrown);
  const certificate = certificateOf(thrown);
  const missing = missingOutside(thrown);
  return {
    code,
    message: redactor.mask(message),
    hint: hint === undefined ? null : redactor.mask(hint),
    ...(certificate === null ? {} : { certificate: maskCertificate(redactor, certificate) }),
    ...(missing === null ? {} : { missing }),
  };
}

/** What a request that was sent looks like to people: no token, no credential that stands in its file. */
export interface ShownRequest {
  /** The URL as it was sent, and as it is shown. */
  readonly href: string;
  readonly url: string;
  /** Names of query parameters that hold secrets whatever they are called. */
  readonly parameters: ReadonlySet<string>;
  /** How header values are shown that were made of secrets, by the value that was sent. */
  readonly values: ReadonlyMap<string, string>;
  /** Those of the session that were sent. */
  readonly cookies: Pick<SessionCookies, 'sent'>;
}

function maskCertificate(redactor: Mask, certificate: PeerCertificate): PeerCertificate {
  const { subject, issuer, names } = certificate;
  return {
    ...certificate,
    subject: redactor.mask(subject),
    issuer: redactor.mask(issuer),
    names: redactor.mask(names),
  };
}

/** Everything but the body, which is masked where it is shown. */
export function maskResponse(redactor: Mask, response: HttpResponse, shown: ShownRequest): HttpResponse {
  const sent = withoutUser(new URL(shown.href)).href;
  const mask = (href: string) => maskHref(redactor, href === sent ? shown.url : href, shown.parameters);
  return {
    ...response,
    statusText: redactor.mask(response.statusText),
    headers: maskHeaders(redactor, response.headers),
    url: mask(response.url),
    redirects: response.redirects.map((redirect) => ({
      ...redirect,
      from: mask(redirect.from),
      to: mask(redirect.to),
    })),
  };
}

/** Where a request went is never masked: no secret stands there, and the author of a token must not be able to hide it. */
function maskHref(redactor: Mask, href: string, parameters: ReadonlySet<string>): string {
  const url = parseUrl(href);
  const text = maskedUrl(href, parameters);
  const start = url === null ? -1 : text.indexOf(url.host, url.protocol.length);
  if (url === null || url.host === '' || start < 0) return redactor.mask(text);
  const end = start + url.host.length;
  const before = text.slice(url.protocol.length, start).replace('//', '');
  return `${url.protocol}//${redactor.mask(before)}${url.host}${redactor.mask(text.slice(end))}`;
}

export function maskHeaders(redactor: Mask, headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => {
    const shown = name.toLowerCase() === 'set-cookie' ? maskedSetCookie(value) : value;
    return [redactor.mask(name), redactor.mask(shown)] as const;
  });
}

/** What a server calls its limits may be a token too, as with limits that are counted by key. */
export function maskLimit(redactor: Mask, limit: RateLimit): RateLimit {
  const mask = (text: string | null) => (text === null ? null : redactor.mask(text));
  return {
    ...limit,
    name: mask(limit.name),
    unit: mask(limit.unit),
    partitionKey: mask(limit.partitionKey),
  };
}

/** A test may be named after anything. */
export function maskNotRun(redactor: Mask, left: readonly NotRun[]): NotRun[] {
  return left.map((one) => ({ ...one, text: one.text === null ? null : redactor.mask(one.text) }));
}

export function shownRequest(
  redactor: Mask,
  request: HttpRequest,
  shown: ShownRequest,
): NonNullable<RequestResult['request']> {
  const signed = request.signer?.shown ?? [];
  const { sent } = shown.cookies;
  const cookies = sent.map((name) => `${redactor.mask(name)}=•••`).join('; ');
  return {
    // A server must not be able to hide a known method by calling its token so.
    method: knownMethods.has(request.method) ? request.method : redactor.mask(request.method),
    url: maskHref(redactor, shown.url, shown.parameters),
    headers: [
      ...[...request.headers, ...signed].map(([name, value]) => {
        const masked = redactor.mask(shown.values.get(value) ?? value);
        return [redactor.mask(name), isCredentialName(name) ? withoutCredentials(masked) : masked] as const;
      }),
      ...(sent.length === 0 ? [] : [['Cookie', cookies] as const]),
    ],
  };
}

/** Schemes of credentials (IANA's registry, and those in common use), which help to see what was sent. */
const SCHEMES =
  /^(?:apikey|aws4-hmac-sha256|basic|bearer|digest|dpop|gnap|hawk|hoba|key|mutual|negotiate|ntlm|oauth|privatetoken|scram-sha-1|scram-sha-256|sharedkey|sharedkeylite|token|vapid)$/i;

/** Credentials that were written into the file itself are the person's, but a report is no place for them. */
function withoutCredentials(masked: string): string {
  const space = masked.indexOf(' ');
  if (space > 0 && SCHEMES.test(masked.slice(0, space))) return `${masked.slice(0, space)} •••`;
  return /^•••[^•]{1,200}•••$/.test(masked) ? masked : '•••';
}
