import { KeyturnError } from '../base/errors.ts';
import { withoutUser, type Hop } from './hop.ts';
import { headerValue, headerValues, type HeaderList, type Redirect } from './message.ts';
import { isCredentialName } from '../redaction/credentialNames.ts';
import { bytesHoldSecret, holdsSecret } from '../redaction/secretForms.ts';
import { targetOf } from '../base/url.ts';

export const MAX_REDIRECTS = 10;

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

/**
 * Where a response sends the request on to (RFC 9110 section 15.4 and 10.2.2), or null when it is no redirect. A
 * fragment is handed on, credentials in Location are not used. Fails with `redirect_invalid`.
 */
export function redirectTarget(response: { status: number; headers: HeaderList }, from: URL): URL | null {
  if (!REDIRECT_STATUSES.has(response.status)) return null;
  const [location, ...others] = new Set(headerValues(response.headers, 'location'));
  if (location === undefined) return null;
  if (others.length > 0) throw invalidLocation(from, 'names more than one target');
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    throw invalidLocation(from, 'names a target that is not a valid URL');
  }
  if (to.protocol !== 'http:' && to.protocol !== 'https:') {
    throw invalidLocation(from, `leads to a ${to.protocol.slice(0, -1)} URL`);
  }
  if (to.hash === '' && !location.includes('#')) to.hash = from.hash;
  return withoutUser(to);
}

/** The next request, and the names of the headers that it leaves behind since the origin changed. */
export interface NextHop {
  readonly hop: Hop;
  readonly dropped: readonly string[];
}

/**
 * What a redirect makes of a request: methods and bodies by RFC 9110 section 15.4, nothing secret to another origin.
 * Fails with `redirect_insecure` or `redirect_leaks_secret`.
 */
export function nextHop(hop: Hop, status: number, to: URL): NextHop {
  const from = hop.url;
  if (from.protocol === 'https:' && to.protocol === 'http:' && carriesCredentials(hop)) {
    throw new KeyturnError(
      'redirect_insecure',
      `${from.host} redirects from https to plain http, and the request carries credentials.`,
      {
        hint: 'Correct the redirect on the server, or send the request to the http address without credentials.',
        data: { from: from.origin, to: to.origin },
      },
    );
  }
  const becomesGet =
    (status === 303 && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  const body = becomesGet ? null : hop.body;
  const kept = becomesGet ? hop.headers.filter(([name]) => !describesBody(name)) : hop.headers;
  const next = { ...hop, method: becomesGet ? 'GET' : hop.method, url: to, body };
  if (to.origin === from.origin) return { hop: { ...next, headers: kept }, dropped: [] };

  const secrets = hop.secrets.map(({ value }) => value);
  if (holdsSecret(to.href, secrets)) throw leaks(from, to, 'its new address holds a token');
  const keepsBody = body === null || isUpgrade(from, to);
  if (!keepsBody && (hop.made.body || bytesHoldSecret(body, secrets)))
    throw leaks(from, to, 'its body holds a token or another credential');
  const dropped: string[] = [];
  const headers = kept.filter(([name, value]) => {
    const key = name.toLowerCase();
    const leaves =
      key === 'host' || isCredentialName(name) || hop.made.headers.has(key) || holdsSecret(value, secrets);
    if (leaves) dropped.push(name);
    return !leaves;
  });
  // Switching verification off was meant for the host that was asked for.
  const verifyTls = hop.verifyTls || to.hostname !== from.hostname;
  return { hop: { ...next, headers, verifyTls, clientCertificate: null }, dropped };
}

/** The same host by https, as servers lead there from http: what was sent to it in clear may go there encrypted. */
function isUpgrade(from: URL, to: URL): boolean {
  return (
    from.protocol === 'http:' &&
    to.protocol === 'https:' &&
    from.hostname === to.hostname &&
    from.port === '' &&
    to.port === ''
  );
}

/** What tells two requests of a chain apart: the same one twice, with the same cookies, is a loop. */
export function hopKey({ method, url, headers }: Hop): string {
  return `${method} ${url.origin}${targetOf(url)} ${headerValue(headers, 'cookie') ?? ''}`;
}

export function redirectLoop(from: URL, again: boolean): KeyturnError {
  const message = again
    ? `${from.host} redirects in a circle.`
    : `${from.host} redirects once more after ${MAX_REDIRECTS} redirects.`;
  return new KeyturnError('redirect_loop', message, {
    hint: 'Write `# @no-redirect` above the request to see the first redirect.',
    data: { host: from.host },
  });
}

/** A failure to connect, told of the redirect that led there where one did. */
export function redirectTooNear(redirects: readonly Redirect[], error: unknown): unknown {
  const last = redirects.at(-1);
  if (last === undefined || !KeyturnError.is(error, 'address_too_near')) return error;
  const [from, to] = [new URL(last.from), new URL(last.to)];
  const where = error.data['space'] === 'loopback' ? 'this computer' : 'a local network';
  return new KeyturnError(
    'redirect_too_near',
    `${from.host} redirects to ${to.host}, which is an address of ${where}. Keyturn does not follow a server from elsewhere there.`,
    {
      cause: error,
      hint: 'If that is right, send the request to that address yourself; write `# @no-redirect` to see the redirect.',
      data: { from: from.origin, to: to.origin },
    },
  );
}

function carriesCredentials(hop: Hop): boolean {
  return (
    hop.secrets.length > 0 ||
    hop.made.body ||
    hop.made.headers.size > 0 ||
    hop.headers.some(([name]) => isCredentialName(name))
  );
}

/** Header fields that say something about the body (RFC 9110 section 15.4). */
function describesBody(name: string): boolean {
  const key = name.toLowerCase();
  return key.startsWith('content-') || key === 'transfer-encoding' || key === 'digest';
}

function leaks(from: URL, to: URL, what: string): KeyturnError {
  return new KeyturnError(
    'redirect_leaks_secret',
    `${from.origin} redirects the request to ${to.origin}, but ${what}, and Keyturn may not send it there.`,
    {
      hint: 'Send the request to the new origin yourself if that is right.',
      data: { from: from.origin, to: to.origin },
    },
  );
}

function invalidLocation(from: URL, what: string): KeyturnError {
  return new KeyturnError('redirect_invalid', `The redirect from ${from.host} ${what}.`, {
    hint: 'Write `# @no-redirect` above the request to see the response itself.',
    data: { host: from.host },
  });
}
