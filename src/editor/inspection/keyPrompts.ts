import { l10n, type QuickPickItem, window } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import type { HeldKey } from '../../oauth/verify/inspectionSecrets.ts';
import { readChosen } from '../platform/readChosen.ts';
import { askSecret } from '../tokens/prompts.ts';

/** In bytes: longer than any key. */
const LONGEST_KEY = 100_000;

/** Both give null when the person leaves. */
export async function askKeyKind(): Promise<HeldKey | null> {
  const items: (QuickPickItem & { readonly key: HeldKey })[] = [
    {
      key: 'verification_key',
      label: l10n.t('Verification key'),
      description: l10n.t('checks the signature without asking the issuer'),
    },
    {
      key: 'decryption_key',
      label: l10n.t('Decryption key'),
      description: l10n.t('decrypts an encrypted token'),
    },
  ];
  return (await window.showQuickPick(items, { placeHolder: l10n.t('What is the key for?') }))?.key ?? null;
}

/** The person wants to do without the key that is stored. */
export const REMOVE_KEY = Symbol('remove');

/** From a file, since keys take several lines, or pasted; `isStored` offers to remove it. Fails with `key_invalid`. */
export async function askKey(
  files: Files,
  name: string,
  kind: HeldKey,
  isStored: boolean,
): Promise<string | typeof REMOVE_KEY | null> {
  const file = l10n.t('$(file) From a file (PEM or JWK)');
  const paste = l10n.t('$(clippy) Paste a JWK or a shared secret');
  const remove = l10n.t('$(trash) Remove the stored key');
  const chosen = await window.showQuickPick(isStored ? [file, paste, remove] : [file, paste], {
    placeHolder: l10n.t('Where is the key?'),
  });
  if (chosen === remove) return REMOVE_KEY;
  if (chosen === paste) {
    return askSecret(
      l10n.t('Key: {0}', name),
      kind === 'verification_key'
        ? l10n.t('Paste the JWK or the shared secret that checks the signature.')
        : l10n.t('Paste the JWK or the shared secret that decrypts the token.'),
      () => ({ text: l10n.t('Keyturn keeps it in the secret storage of the editor.'), usable: true }),
    );
  }
  if (chosen !== file) return null;
  const [uri] =
    (await window.showOpenDialog({ canSelectMany: false, title: l10n.t('Key: {0}', name) })) ?? [];
  if (uri === undefined) return null;
  const text = new TextDecoder().decode(await readChosen(files, uri, LONGEST_KEY)).trim();
  if (text === '') {
    throw new KeyturnError('key_invalid', l10n.t('This file holds no key.'), {
      hint: l10n.t('Choose a PEM or JWK file.'),
    });
  }
  return text;
}
