import { l10n, Uri, window, workspace } from 'vscode';
import { visible } from '../../base/visible.ts';
import type { CertificateSource } from '../../run/hostCertificate.ts';
import { readSetting } from '../platform/settings.ts';
import type { EditorServices } from '../services.ts';

const SETTING = 'rest-client.certificates';

/** Client certificates of REST Client's setting, and their passphrases in the secret storage. */
export function createCertificateSource({ store }: Pick<EditorServices, 'store'>): CertificateSource {
  return {
    store,
    settings(file) {
      const document = Uri.parse(file, true);
      const hosts = readSetting(SETTING, document);
      if (Object.keys(hosts).length === 0) return [];
      const folder = workspace.getWorkspaceFolder(document)?.uri;
      const beside = folder === undefined ? [] : [Uri.joinPath(folder, 'settings.json').toString()];
      return [{ name: SETTING, hosts, bases: [...beside, file] }];
    },
    async askPassphrase({ file, host }) {
      const given = await window.showInputBox({
        title: l10n.t('Passphrase of the client certificate {0}', visible(file)),
        prompt: l10n.t('For {0}. Keyturn keeps it in the secret storage of the editor.', visible(host)),
        password: true,
        ignoreFocusOut: true,
      });
      return given === undefined || given === '' ? null : given;
    },
  };
}
