import { l10n, window } from 'vscode';
import { KeychainSecretStore } from '../../keychain/keychainSecretStore.ts';
import { formatLocal } from '../../base/text.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { mayBeStored } from '../../profile/grants/all.ts';
import type { Token } from '../../token/token.ts';
import { createTokenStore } from '../../token/tokenStore.ts';
import { visible } from '../../base/visible.ts';
import { tokenCommands } from './commands.ts';
import { withCancellableProgress } from '../platform/messages.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../services.ts';
import { type EntryPickParts, pickEntry } from './entryPick.ts';
import { registerTokenValue } from '../../token/registerToken.ts';
import { hasAccessToken } from '../../token/manager.ts';

/**
 * Copies a token into the system's keychain, where the `keyturn` command finds it under the same key. Never its refresh
 * token: two copies of one that rotates would end the whole sign-in (RFC 9700 section 4.14.2).
 */
export async function shareToken(
  { tokens, redactor, audit }: EditorServices,
  pick: EntryPickParts,
  argument: unknown,
): Promise<void> {
  const node = await pickEntry(pick, argument, {
    placeHolder: l10n.t('Share which token with the keyturn command?'),
    none: l10n.t('There is no token to share: the keyturn command can obtain all of them itself.'),
    fits: ({ entry }) => hasAccessToken(entry) && mayBeStored(entry.profile.grant),
  });
  if (node === null) return;
  const { profile } = node.entry;
  requireTrust(profile);
  const { token } = await tokens.peek(profile);
  if (token === null) return;
  const copy = l10n.t('Copy to Keychain');
  const answer = await window.showWarningMessage(
    l10n.t('Copy the token "{0}" to the keychain of this computer?', visible(node.name)),
    {
      modal: true,
      detail: [
        l10n.t('The keyturn command, and other programs that you run, can then use it.'),
        lifeOf(token),
      ].join('\n\n'),
    },
    copy,
  );
  if (answer !== copy) return;
  registerTokenValue(redactor, profile, token.accessToken);
  await withCancellableProgress(
    l10n.t('Copying the token "{0}" to the keychain', visible(node.name)),
    async (signal) => {
      const keychain = new KeychainSecretStore({ signal });
      try {
        await createTokenStore(keychain).set({ ...token, refreshToken: null });
      } finally {
        keychain.dispose();
      }
    },
  );
  audit.record(tokenEvent('exported', token, tokenCommands.share));
  void window.showInformationMessage(
    l10n.t('The keyturn command can now use the token "{0}".', withoutLinks(node.name)),
  );
}

function lifeOf({ expiresAtMs, refreshToken }: Token): string {
  if (expiresAtMs === null) return l10n.t('The keyturn command can use it until its server refuses it.');
  const end = formatLocal(new Date(expiresAtMs));
  return refreshToken === null
    ? l10n.t('The keyturn command can use it until {0}.', end)
    : l10n.t('The keyturn command can use it until {0}: the refresh token is not copied.', end);
}
