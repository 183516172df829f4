import { KeyturnError, type ErrorCode } from '../errors.ts';
import { seconds } from './cancellation.ts';

/** Who a failure is about. Messages name host and port only: a path, a query or a header may hold a secret. */
export interface Place {
  readonly hostname: string;
  readonly port: number;
  /** Set while it is the proxy that is spoken to. */
  readonly isProxy?: boolean;
}

/** `api.example.com:443`, `[::1]:8080`, `the proxy proxy.example:3128` */
export function placeName({ hostname, port, isProxy = false }: Place): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  return `${isProxy ? 'the proxy ' : ''}${host}:${port}`;
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
    const reason = 'the connection was closed during the TLS handshake';
    return tlsFailure(error, code, { reason, hint: HINT_NOT_TLS }, place);
  }
  if (DNS_CODES.has(code)) {
    return failure(
      'host_not_found',
      error,
      place,
      `The host ${place.isProxy === true ? 'of the proxy ' : ''}${place.hostname} was not found.`,
      {
        hint: 'Check the spelling of the host and the network connection.',
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
    hint: HINT_REACHABLE,
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
    return failure('connection_reset', error, place, `${name} closed the connection ${when}.`, {
      hint: HINT_TRY_AGAIN,
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
    return failure('response_invalid', error, place, `What ${name} sent is not a valid HTTP response.`, {
      hint: 'Check that this port speaks HTTP, and whether it expects https.',
    });
  }
  if (code.startsWith('ERR_HTTP2_')) {
    return failure('connection_reset', error, place, `${name} broke off the HTTP/2 stream.`, {
      hint: HINT_TRY_AGAIN,
    });
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return failure('request_invalid', error, place, 'The request cannot be sent as it is written.', {
      hint: 'Check its method, its path and its headers.',
    });
  }
  return failure('connection_failed', error, place, `The exchange with ${name} failed${inBrackets(code)}.`, {
    hint: HINT_TRY_AGAIN,
  });
}

/** undici's parser gives names to its errors, and codes only to some. */
function isParserError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'HTTPParserError';
}

function endedEarly(error: unknown): boolean {
  return isParserError(error) && error.message.includes('EOF');
}

/** The `code` of a system or library error; of several attempts (IPv6, IPv4) that of the first. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('errors' in error && Array.isArray(error.errors)) return errorCode(error.errors[0]);
  return '';
}

const HINT_REACHABLE = 'Check the host, the port, the network and whether a proxy is needed.';
const HINT_TRY_AGAIN = 'Send it again; if it stays so, look at the server’s log.';
const HINT_NOT_TLS = 'Check that this port speaks https, not http.';
const HINT_TRUST =
  'Add the issuer to the extra CA certificates, or switch verification off for this request or host in a trusted workspace.';

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

interface TlsReason {
  readonly reason: string;
  readonly hint?: string;
}

const UNKNOWN_AUTHORITY: TlsReason = {
  reason: 'its certificate was issued by an authority that is not trusted here',
  hint: HINT_TRUST,
};
const SELF_SIGNED: TlsReason = { reason: 'its certificate is self-signed', hint: HINT_TRUST };
const WRONG_HOST: TlsReason = {
  reason: 'its certificate is for another host name',
  hint: 'Check the host in the URL; the certificate must name it.',
};
const NOT_TLS: TlsReason = { reason: 'it does not speak TLS on this port', hint: HINT_NOT_TLS };
const TLS_REASONS: ReadonlyMap<string, TlsReason> = new Map([
  [
    'CERT_HAS_EXPIRED',
    { reason: 'its certificate has expired', hint: 'Renew the certificate, or check the clock.' },
  ],
  [
    'CERT_NOT_YET_VALID',
    { reason: 'its certificate is not valid yet', hint: 'Check the clock of this machine.' },
  ],
  ['CERT_REVOKED', { reason: 'its certificate was revoked' }],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', SELF_SIGNED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['CERT_UNTRUSTED', UNKNOWN_AUTHORITY],
  ['ERR_TLS_CERT_ALTNAME_INVALID', WRONG_HOST],
  ['HOSTNAME_MISMATCH', WRONG_HOST],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NOT_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NOT_TLS],
  ['ERR_SSL_HTTP_REQUEST', NOT_TLS],
  ['ERR_SSL_UNEXPECTED_MESSAGE', NOT_TLS],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', { reason: 'it offers only TLS versions that are no longer safe' }],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', { reason: 'it and Keyturn have no TLS version in common' }],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', { reason: 'it asks for a client certificate' }],
]);

/** Codes with which a certificate was refused because nobody known vouches for it. */
export function isUntrustedIssuer(error: unknown): boolean {
  const found = TLS_REASONS.get(errorCode(error));
  return found === UNKNOWN_AUTHORITY || found === SELF_SIGNED;
}

function tlsReason(code: string): TlsReason | null {
  const known = TLS_REASONS.get(code);
  if (known !== undefined) return known;
  if (/^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|CRL_|INVALID_CA$|EPROTO$)/.test(code)) {
    return { reason: `the TLS handshake failed (${code})` };
  }
  return null;
}

function tlsFailure(error: unknown, code: string, { reason, hint }: TlsReason, place: Place): KeyturnError {
  return new KeyturnError('tls_failed', `No secure connection to ${placeName(place)}: ${reason}.`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
    data: { host: place.hostname, port: place.port, reason: code },
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
    data: { host: place.hostname, port: place.port },
  });
}

function inBrackets(code: string): string {
  return code === '' ? '' : ` (${code})`;
}
