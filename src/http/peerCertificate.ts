import { KeyturnError } from '../base/errors.ts';

/** The certificate with which a server was not let through, as a person or a program looks at it. */
export interface PeerCertificate {
  /** The server, as `api.example.com:443`. */
  readonly host: string;
  /** Why it is not trusted: a stable code of the TLS library. */
  readonly reason: string;
  /** What the certificate says of itself, on one line each; nothing of it is proven. */
  readonly subject: string;
  readonly issuer: string;
  /** The names it holds for. */
  readonly names: string;
  /** ISO 8601; empty where the certificate holds no date that can be read. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Its fingerprint, in pairs of hexadecimal digits. */
  readonly sha256: string;
}

/** The certificate that an error is about, or one of the errors that led to it; null for none. */
export function certificateOf(error: unknown): PeerCertificate | null {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    if (!KeyturnError.is(one, 'tls_failed')) continue;
    const text = (name: string) => String(one.data[name] ?? '');
    const sha256 = text('certificateSha256');
    if (sha256 === '') continue;
    return {
      host: text('certificateHost'),
      reason: text('reason'),
      subject: text('certificateSubject'),
      issuer: text('certificateIssuer'),
      names: text('certificateNames'),
      validFrom: text('certificateValidFrom'),
      validTo: text('certificateValidTo'),
      sha256,
    };
  }
  return null;
}

/** What a person compares, with what it is called. */
export function certificateRows(certificate: PeerCertificate): (readonly [label: string, value: string])[] {
  const { subject, issuer, names, validFrom, validTo, sha256 } = certificate;
  return [
    ['Certificate', subject],
    ['Issued by', issuer],
    ['Names', names],
    ['Valid', `${validFrom} to ${validTo}`],
    ['SHA-256', sha256],
  ];
}
