import { certificateRows, type PeerCertificate } from '../../http/peerCertificate.ts';
import { visible } from '../../base/visible.ts';

/** A certificate that was not accepted, for people. */
export function certificateLines(certificate: PeerCertificate): string {
  return certificateRows(certificate)
    .map(([label, value]) => `  ${label.padEnd(11)}  ${visible(value)}\n`)
    .join('');
}
