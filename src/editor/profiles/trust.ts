import { workspace } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/** What an untrusted workspace declares is shown, but its tokens are neither obtained nor sent. */
export function requireTrust(profile: Pick<TokenProfile, 'name' | 'declaredIn'>): void {
  if (profile.declaredIn === null || workspace.isTrusted) return;
  throw new KeyturnError(
    'untrusted_workspace',
    `The token "${profile.name}" is declared by a workspace that is not trusted, so it is neither obtained nor sent.`,
    { hint: 'Trust the workspace if you know where it comes from.', data: { profile: profile.name } },
  );
}
