import { errorCode } from './errorCode.ts';

export const HINT_NOT_TLS = 'Check that this port speaks https, not http.';

/** Why a TLS connection failed: what completes "No secure connection to …:", and what to do next. */
export interface TlsReason {
  readonly reason: string;
  readonly hint?: string;
}

const UNKNOWN_AUTHORITY: TlsReason = {
  reason: 'its certificate is from an authority that is not trusted here',
};
const SELF_SIGNED: TlsReason = { reason: 'its certificate is self-signed' };
const WRONG_HOST: TlsReason = {
  reason: 'its certificate is for another host name',
  hint: 'Check the host in the URL; the certificate must name it.',
};
const NOT_TLS: TlsReason = { reason: 'it does not speak TLS on this port', hint: HINT_NOT_TLS };
const TLS_REASONS: ReadonlyMap<string, TlsReason> = new Map([
  [
    'CERT_HAS_EXPIRED',
    { reason: 'its certificate has expired', hint: 'Replace the certificate, or check the clock.' },
  ],
  [
    'CERT_NOT_YET_VALID',
    { reason: 'its certificate is not valid yet', hint: 'Check the clock of this computer.' },
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
]);

/** What a server says of the client certificate (RFC 8446 section 6.2), by the end of the code. */
const ALERT_REASONS: readonly (readonly [end: string, TlsReason])[] = [
  [
    'CERTIFICATE_REQUIRED',
    {
      reason: 'it asks for a client certificate',
      hint: 'Use a token whose profile names a client certificate ("tls_client_auth"), or name one for the host: rest-client.certificates, clientCertificates in .httpyac.json.',
    },
  ],
  [
    'UNKNOWN_CA',
    {
      reason: 'it does not accept the client certificate, whose issuer it does not trust',
      hint: 'Use a certificate of an authority that the server trusts, with its chain in the file.',
    },
  ],
  [
    'CERTIFICATE_EXPIRED',
    {
      reason: 'it does not accept the client certificate, which has expired',
      hint: 'Replace the client certificate, or check the clocks.',
    },
  ],
  [
    'CERTIFICATE_REVOKED',
    {
      reason: 'it does not accept the client certificate, which was revoked',
      hint: 'Get a new client certificate.',
    },
  ],
  ...['BAD_CERTIFICATE', 'UNSUPPORTED_CERTIFICATE', 'CERTIFICATE_UNKNOWN', 'ALERT_ACCESS_DENIED'].map(
    (end) =>
      [
        end,
        {
          reason: 'it does not accept the client certificate',
          hint: 'Check which certificates the server accepts, and look at its log.',
        },
      ] as const,
  ),
  [
    'ALERT_HANDSHAKE_FAILURE',
    {
      reason: 'it broke off the TLS handshake',
      hint: 'It may ask for a client certificate, or offer nothing that is safe enough today.',
    },
  ],
];

/** Codes with which a certificate was refused because no trusted authority vouches for it. */
export function isUntrustedIssuer(error: unknown): boolean {
  const found = TLS_REASONS.get(errorCode(error));
  return found === UNKNOWN_AUTHORITY || found === SELF_SIGNED;
}

/** True for what the TLS library says of a connection. */
export function isTlsError(error: unknown): boolean {
  return tlsReason(errorCode(error)) !== null;
}

/** Null for what is not said by the TLS library. */
export function tlsReason(code: string): TlsReason | null {
  const known = TLS_REASONS.get(code);
  if (known !== undefined) return known;
  // The middle of these names differs between versions of the TLS library, and between the libraries.
  const alert = code.startsWith('ERR_SSL_') ? ALERT_REASONS.find(([end]) => code.endsWith(end)) : undefined;
  if (alert !== undefined) return alert[1];
  if (/^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|CRL_|INVALID_CA$|EPROTO$)/.test(code)) {
    return { reason: `the TLS handshake failed (${code})` };
  }
  return null;
}
