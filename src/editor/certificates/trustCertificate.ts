import { l10n, window } from 'vscode';
import * as v from 'valibot';
import { certificateRows, type PeerCertificate } from '../../http/peerCertificate.ts';
import { tlsReason } from '../../http/tlsReasons.ts';
import { TrustedCertificates } from '../../consent/trustedCertificates.ts';
import { visible } from '../../base/visible.ts';
import { askModal } from '../platform/askModal.ts';
import { certificateCommands } from '../platform/remedies.ts';
import type { EditorServices } from '../services.ts';

const schema = v.object({
  host: v.string(),
  reason: v.string(),
  subject: v.string(),
  issuer: v.string(),
  names: v.string(),
  validFrom: v.string(),
  validTo: v.string(),
  sha256: v.pipe(v.string(), v.regex(/^(?:[\dA-F]{2}:){31}[\dA-F]{2}$/)),
});

/** Shows a certificate that was not accepted, and trusts it for its host when the person says so. */
export async function trustCertificate(
  { values, audit }: Pick<EditorServices, 'values' | 'audit'>,
  /** Any extension can call the command. */
  argument: unknown,
): Promise<boolean> {
  if (!v.is(schema, argument)) return false;
  const certificate: PeerCertificate = argument;
  const { host, reason } = certificate;
  const trust = l10n.t('Trust');
  const why = tlsReason(reason)?.reason ?? reason;
  const answer = await askModal({
    title: l10n.t('Trust this certificate for {0}?', visible(host)),
    detail: [
      l10n.t('Keyturn did not connect: {0}.', visible(why)),
      certificateRows(certificate)
        .map(([label, value]) => `${label}: ${visible(value)}`)
        .join('\n'),
      l10n.t(
        'Anyone who has the key of this certificate can read what you send to {0}, including tokens, and answer in its place. Compare the fingerprint with the one that the server should have.',
        visible(host),
      ),
      l10n.t(
        'Keyturn trusts this certificate for this host alone, until you withdraw it in Review Permissions.',
      ),
    ],
    buttons: [trust],
    rest: null,
  });
  if (answer !== trust) return false;
  await new TrustedCertificates(values).trust(certificate, audit, certificateCommands.trust);
  void window.setStatusBarMessage(l10n.t('Keyturn now trusts the certificate of {0}.', visible(host)), 5000);
  return true;
}
