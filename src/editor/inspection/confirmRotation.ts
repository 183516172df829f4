import { grantOf } from '../../profile/grants/all.ts';
import { visible } from '../../base/visible.ts';
import { l10n, window } from 'vscode';
import { canRevoke } from '../tokens/tree/model.ts';
import type { UsableNode } from '../tokens/entryPick.ts';

/**
 * Asks before a rotation that ends the old token, as before a revocation: other holders of the token lose it. Where the old
 * token is left to its end there is nothing to ask.
 */
export async function confirmRotation({ name, entry: { profile } }: UsableNode): Promise<boolean> {
  if (grantOf(profile.grant).refresh === 'refresh_token_only' || !canRevoke(profile)) return true;
  const rotate = l10n.t('Rotate Token');
  const chosen = await window.showWarningMessage(
    l10n.t('Rotate the token "{0}"?', visible(name)),
    {
      modal: true,
      detail: l10n.t(
        'Keyturn obtains a new token, then asks {0} to revoke the old one. Copies of the old token, such as in other programs, stop working.',
        profile.issuer ?? profile.options.revocationEndpoint ?? '',
      ),
    },
    rotate,
  );
  return chosen === rotate;
}
