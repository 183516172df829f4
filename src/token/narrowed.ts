import { KeyturnError } from '../base/errors.ts';
import type { Grant, TokenProfile } from '../profile/profile.ts';

/** These can simply be asked again, for something else. */
const ASKED_AGAIN: ReadonlySet<Grant> = new Set<Grant>([
  'client_credentials',
  'password',
  'jwt_bearer',
  'token_exchange',
  'editor_account',
]);
/** At the beginning of these stands a person; from then on the refresh token of the wide one asks (RFC 6749 section 6). */
const BY_REFRESH_TOKEN: ReadonlySet<Grant> = new Set<Grant>([
  'refresh_token',
  'authorization_code',
  'device_code',
]);

const narrowed = new WeakMap<TokenProfile, Map<string, TokenProfile>>();

/**
 * The profile of a token for a single request (`# @scope`): the way to obtain it is the same, the scope another. It is
 * kept beside the token of the whole profile, under a key below that one's. Fails with `unsupported` where nobody can
 * be asked for a scope.
 */
export function narrowedProfile(wide: TokenProfile, scope: string): TokenProfile {
  let known = narrowed.get(wide);
  if (known === undefined) narrowed.set(wide, (known = new Map<string, TokenProfile>()));
  let profile = known.get(scope);
  if (profile === undefined) {
    profile = { ...wide, grant: grantFor(wide), scope, wide };
    known.set(scope, profile);
  }
  return profile;
}

function grantFor({ grant, name }: TokenProfile): Grant {
  if (ASKED_AGAIN.has(grant)) return grant;
  if (BY_REFRESH_TOKEN.has(grant)) return 'refresh_token';
  throw new KeyturnError('unsupported', `Nobody can be asked for another scope of the token "${name}".`, {
    hint: 'Remove the `# @scope` line, or use a token that a server issues.',
    data: { token: name, grant },
  });
}

/** The profile whose refresh token a token is obtained with; null for one that is obtained by itself. */
export function lenderOf({ grant, wide }: TokenProfile): TokenProfile | null {
  return wide !== undefined && grant === 'refresh_token' ? wide : null;
}
