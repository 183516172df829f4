import type { PeerCertificate } from '../http/peerCertificate.ts';
import { visible } from '../visible.ts';

/** A certificate that was not accepted, for people. */
export function certificateLines({ subject, issuer, names, ...rest }: PeerCertificate): string {
  const rows: (readonly [string, string])[] = [
    ['certificate', subject],
    ['issued by', issuer],
    ['names', names],
    ['valid', `${rest.validFrom} to ${rest.validTo}`],
    ['SHA-256', rest.sha256],
  ];
  return rows.map(([label, value]) => `  ${label.padEnd(11)}  ${visible(value)}\n`).join('');
}
