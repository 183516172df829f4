import type { X509Certificate } from 'node:crypto';
import { KeyturnError, type ErrorCode } from '../base/errors.ts';
import { seconds } from './cancellation.ts';
import { errorCode } from './errorCode.ts';
import type { ShownCertificate } from './message.ts';
import { PROXY_SETTING } from './proxy.ts';
import { HINT_NOT_TLS, tlsReason, type TlsReason } from './tlsReasons.ts';

/** Who a failure is about. Messages name host and port only: a path, a query or a header may hold a secret. */
export interface Place {
  readonly hostname: string;
  readonly port: number;
  /** Set while it is the proxy that is spoken to. */
  readonly isProxy?: boolean;
  /** Of a proxy: what names it, such as `HTTPS_PROXY`. */
  readonly setting?: string;
  /** What it was shown in the handshake of this connection. */
  readonly clientCertificate?: ShownCertificate | null;
}

/** `api.example.com:443`, `[::1]:8080`, `the proxy proxy.example:3128` */
export function placeName({ hostname, port, isProxy = false }: Place): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  return `${isProxy ? 'the proxy ' : ''}${host}:${port}`;
}

/** What to do about a proxy: it is named by a setting, and so can the hosts be that it is not for. */
export function proxyHint({ setting }: Pick<Place, 'setting'>): string {
  return setting === undefined
    ? 'Check the proxy.'
    : `Check ${setting}, which names the proxy; ${exceptions(setting)} names the hosts that are reached without it.`;
}

function exceptions(setting: string): string {
  return setting === PROXY_SETTING ? 'the setting http.noProxy' : 'NO_PROXY';
}

function sentence(text: string): string {
  return text.startsWith('the proxy ') ? `T${text.slice(1)}` : text;
}

/** What went wrong while a connection was being opened: DNS, TCP or the TLS handshake. */
export function connectFailure(error: unknown, place: Place, inTls: boolean): KeyturnError {
  if (error instanceof KeyturnError) return error;
  const code = errorCode(error);
  const name = placeName(place);
  const tls = tlsReason(code);
  if (tls !== null) return tlsFailure(error, code, tls, place);
  if (inTls) {
    const closed = 'the connection was closed during the TLS handshake';
    const reason = showsCertificate(place)
      ? { reason: `${closed}, in which it was shown a client certificate`, hint: HINT_CLIENT_CERTIFICATE }
      : { reason: closed, hint: HINT_NOT_TLS };
    return tlsFailure(error, code, reason, place);
  }
  if (DNS_CODES.has(code)) {
    return failure(
      'host_not_found',
      error,
      place,
      `The host ${place.isProxy === true ? 'of the proxy ' : ''}${place.hostname} was not found.`,
      {
        hint: place.isProxy === true ? proxyHint(place) : `Check the spelling of the host. ${HINT_PROXY}`,
      },
    );
  }
  switch (code) {
    case 'ECONNREFUSED':
      return failure('connection_refused', error, place, `${name} refused the connection.`, {
        hint: 'Check that the server is running and listens on this port.',
      });
    case 'ETIMEDOUT':
      return failure('connect_timeout', error, place, `${name} did not answer in time.`, {
        hint: HINT_REACHABLE,
      });
    case 'ECONNRESET':
    case 'EPIPE':
      return failure(
        'connection_reset',
        error,
        place,
        `${name} closed the connection while it was being opened.`,
        {
          hint: HINT_TRY_AGAIN,
        },
      );
    default:
      return failure(
        'connection_failed',
        error,
        place,
        `No connection to ${name} could be opened${inBrackets(code)}.`,
        {
          hint: HINT_REACHABLE,
        },
      );
  }
}

export function connectTimeout(place: Place, timeoutMs: number): KeyturnError {
  const message = `No connection to ${placeName(place)} could be opened within ${seconds(timeoutMs)}.`;
  return new KeyturnError(place.isProxy === true ? 'proxy_failed' : 'connect_timeout', message, {
    hint: place.isProxy === true ? proxyHint(place) : HINT_REACHABLE,
    data: { host: place.hostname, port: place.port, timeoutMs },
  });
}

/** What went wrong on an open connection. `receivedBytes` is null before the first byte of the response. */
export function exchangeFailure(error: unknown, place: Place, receivedBytes: number | null): KeyturnError {
  if (error instanceof KeyturnError) return error;
  const code = errorCode(error);
  const name = placeName(place);
  const tls = tlsReason(code);
  if (tls !== null) return tlsFailure(error, code, tls, place);
  // undici's word for a broken head too, when the head gives a length.
  const brokenHead = code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && receivedBytes === null;
  if (endedEarly(error) || (RESET_CODES.has(code) && !brokenHead)) {
    const when =
      receivedBytes === null
        ? 'before it sent a response'
        : `in the middle of the response, after ${receivedBytes} bytes of its body`;
    // In TLS 1.3 a client certificate is judged after the handshake, and some servers refuse it without a word.
    const refused = receivedBytes === null && showsCertificate(place);
    const shown = refused ? ', after it was shown a client certificate' : '';
    return failure('connection_reset', error, place, `${name} closed the connection ${when}${shown}.`, {
      hint: refused ? HINT_CLIENT_CERTIFICATE : HINT_TRY_AGAIN,
    });
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return failure(
      'response_invalid',
      error,
      place,
      `The headers of the response from ${name} are too large.`,
      { hint: 'Keyturn reads up to 256 KiB of headers.' },
    );
  }
  if (brokenHead || isParserError(error)) {
    const what = `What ${name} sent is not a valid HTTP response${parserReason(error, brokenHead)}.`;
    return failure('response_invalid', error, place, what, {
      hint:
        receivedBytes === null
          ? 'Check that this port speaks HTTP, and whether it expects https.'
          : 'Report this to the people who run the server, or look at the response with another tool.',
    });
  }
  if (code.startsWith('ERR_HTTP2_')) {
    return failure('connection_reset', error, place, `${name} broke off the HTTP/2 stream.`, {
      hint: HINT_TRY_AGAIN,
    });
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return failure('request_invalid', error, place, "Couldn't send the request as written.", {
      hint: 'Check its method, its path and its headers.',
    });
  }
  return failure('connection_failed', error, place, `The exchange with ${name} failed${inBrackets(code)}.`, {
    hint: HINT_TRY_AGAIN,
  });
}

function showsCertificate({ clientCertificate }: Place): boolean {
  return clientCertificate !== undefined && clientCertificate !== null;
}

/** undici's parser gives names to its errors, and codes only to some. */
function isParserError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'HTTPParserError';
}

/** What the parser says is wrong, in its own words; never a part of the response. */
function parserReason(error: unknown, brokenHead: boolean): string {
  const reason = error instanceof Error ? /\(([^()]{1,100})\)$/.exec(error.message)?.[1] : undefined;
  if (reason !== undefined) return `: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
  return brokenHead ? ': its Content-Length is contradicted by another header' : '';
}

function endedEarly(error: unknown): boolean {
  return isParserError(error) && error.message.includes('EOF');
}

/** The editor keeps what it reads from the system and from PAC files from its extensions. */
const HINT_PROXY =
  'If your network needs a proxy, name it in the setting http.proxy or in HTTPS_PROXY: Keyturn cannot read the system proxy or PAC files.';
const HINT_REACHABLE = `Check the host, the port and the network. ${HINT_PROXY}`;
const HINT_TRY_AGAIN = 'Send the request again. If it fails again, look at the log of the server.';
const HINT_CLIENT_CERTIFICATE =
  'It may not accept the client certificate: check that it has not expired, and that the server trusts its issuer.';
const DNS_CODES = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'ENODATA',
  'ESERVFAIL',
]);
const RESET_CODES = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INFO',
  'KEYTURN_STALE_CONNECTION',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP2_STREAM_ERROR',
]);

function tlsFailure(error: unknown, code: string, { reason, hint }: TlsReason, place: Place): KeyturnError {
  return new KeyturnError('tls_failed', `No secure connection to ${placeName(place)}: ${reason}.`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
    data: { host: place.hostname, port: place.port, reason: code },
  });
}

/** A certificate that does not hold, with everything that helps to judge it. */
export function untrusted(
  /** Node says a code here, where its types say an error. */
  said: unknown,
  place: Place,
  certificate: X509Certificate | undefined,
  hint: string,
): KeyturnError {
  const code = typeof said === 'string' ? said : errorCode(said);
  const { reason, hint: own = hint } = tlsReason(code) ?? {
    reason: `its certificate is not accepted (${code})`,
  };
  const name = placeName(place);
  return new KeyturnError('tls_failed', `No secure connection to ${name}: ${reason}.`, {
    cause: Object.assign(new Error(code), { code }),
    hint: own,
    data: {
      host: place.hostname,
      port: place.port,
      reason: code,
      ...(certificate === undefined
        ? {}
        : certificateData(certificate, placeName({ ...place, isProxy: false }))),
    },
  });
}

function failure(
  code: ErrorCode,
  cause: unknown,
  place: Place,
  message: string,
  options: { readonly hint?: string },
): KeyturnError {
  return new KeyturnError(place.isProxy === true ? 'proxy_failed' : code, sentence(message), {
    cause,
    ...options,
    ...(place.isProxy === true ? { hint: proxyHint(place) } : {}),
    data: { host: place.hostname, port: place.port },
  });
}

function inBrackets(code: string): string {
  return code === '' ? '' : ` (${code})`;
}

/** What `certificateOf` (peerCertificate.ts) reads again. */
function certificateData(certificate: X509Certificate, host: string): Record<string, string> {
  return {
    certificateHost: host,
    certificateSubject: oneLine(certificate.subject),
    certificateIssuer: oneLine(certificate.issuer),
    certificateNames: oneLine(certificate.subjectAltName ?? ''),
    certificateValidFrom: isoDate(certificate.validFrom),
    certificateValidTo: isoDate(certificate.validTo),
    certificateSha256: certificate.fingerprint256,
  };
}

/** Characters of a name in a certificate. */
const LONGEST_NAME = 300;

/** A distinguished name has its parts on lines of their own. */
function oneLine(text: string | undefined): string {
  return (text ?? '').trim().split('\n').join(', ').slice(0, LONGEST_NAME);
}

function isoDate(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
