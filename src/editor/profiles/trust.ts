import { l10n, workspace } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/** What an untrusted workspace declares is shown, but its tokens are neither obtained nor sent. */
export function requireTrust(profile: Pick<TokenProfile, 'name' | 'declaredIn'>): void {
  if (profile.declaredIn === null || workspace.isTrusted) return;
  throw new KeyturnError(
    'untrusted_workspace',
    l10n.t(
      'You do not trust the workspace that declares the token "{0}", so Keyturn neither obtains nor sends it.',
      profile.name,
    ),
    { hint: l10n.t('Trust the workspace if you know where it comes from.'), data: { profile: profile.name } },
  );
}
