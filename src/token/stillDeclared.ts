import { tokenKey } from '../profile/key.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { PROFILE_FILE_NAME } from '../profile/name.ts';

/**
 * False when the `keyturn.json` of a profile declares another one of its name by now, or none: no request will use its token
 * any more. Always true for profiles that stand elsewhere.
 */
export async function isStillDeclared(
  { findProfile }: Pick<TokenManagerOptions, 'findProfile'>,
  profile: TokenProfile,
): Promise<boolean> {
  const whole = profile.parent ?? profile;
  if (findProfile === undefined || whole.declaredIn?.endsWith(PROFILE_FILE_NAME) !== true) return true;
  try {
    return tokenKey(await findProfile(whole.name, whole)) === tokenKey(whole);
  } catch {
    return false;
  }
}
