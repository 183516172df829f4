import { commands, l10n } from 'vscode';
import { certificateOf, type PeerCertificate } from '../../http/peerCertificate.ts';
import type { ErrorCode } from '../../base/errors.ts';

/** Only from a notification, with the certificate as its argument. Gives true when it is trusted now. */
export const certificateCommands = {
  trust: 'keyturn.certificates.trust',
} as const;

/** A button that helps with a failure of the network, wherever the failure is shown. */
export interface Remedy {
  readonly title: string;
  /** True when it was done and the same can be tried again. */
  apply(): Promise<boolean>;
}

/** Null where no button helps. */
export function remedyFor(code: ErrorCode, certificate: PeerCertificate | null): Remedy | null {
  if (certificate !== null) {
    return {
      title: l10n.t('Trust This Certificate…'),
      apply: async () => (await commands.executeCommand(certificateCommands.trust, certificate)) === true,
    };
  }
  if (code !== 'proxy_failed') return null;
  return {
    title: l10n.t('Open Proxy Settings'),
    apply: async () => {
      await commands.executeCommand(
        'workbench.action.openSettings',
        '@id:http.proxy,http.noProxy,http.proxyAuthorization',
      );
      return false;
    },
  };
}

export function remedyForError(code: ErrorCode, error: unknown): Remedy | null {
  return remedyFor(code, certificateOf(error));
}
