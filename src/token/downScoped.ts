import { KeyturnError } from '../base/errors.ts';
import { grantOf } from '../profile/grants/all.ts';
import { refreshToken } from '../profile/grants/refreshToken.ts';
import type { Grant, TokenProfile } from '../profile/profile.ts';

const downScoped = new WeakMap<TokenProfile, Map<string, TokenProfile>>();

/**
 * The profile of a token for a single request (`# @scope`): the way to obtain it is the same, the scope another. It is
 * kept beside the token of the whole profile, under a key below that one's. Fails with `unsupported` where no server can
 * be asked for a scope.
 */
export function downScopedProfile(parent: TokenProfile, scope: string): TokenProfile {
  let known = downScoped.get(parent);
  if (known === undefined) downScoped.set(parent, (known = new Map<string, TokenProfile>()));
  const before = known.get(scope);
  if (before !== undefined) return before;
  const profile: TokenProfile = { ...parent, grant: grantFor(parent), scope, parent };
  known.set(scope, profile);
  return profile;
}

function grantFor({ grant, name }: TokenProfile): Grant {
  const { downScoped } = grantOf(grant);
  if (downScoped === 'obtain') return grant;
  // From the sign-in on, the refresh token of the parent asks (RFC 6749 section 6).
  if (downScoped === 'refresh_token') return refreshToken.name;
  throw new KeyturnError('unsupported', `No server issues another scope for the token "${name}".`, {
    hint: 'Remove the `# @scope` line, or use a token that Keyturn obtains from a server.',
    data: { token: name, grant },
  });
}

/** The profile whose refresh token a token is obtained with; null for one that is obtained by itself. */
export function refreshingParent({ grant, parent }: TokenProfile): TokenProfile | null {
  return parent !== undefined && grantOf(grant).refresh === 'refresh_token_only' ? parent : null;
}
