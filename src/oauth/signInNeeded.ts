import { KeyturnError } from '../base/errors.ts';
import type { TokenProfile } from '../profile/profile.ts';

/** Only the person can go on, and nobody waits, or nobody can be reached. */
export function signInNeeded(profile: TokenProfile, cause?: unknown): KeyturnError {
  return new KeyturnError('sign_in_needed', `The token "${profile.name}" needs a sign-in.`, {
    cause,
    hint: `Use the token in the editor, or run: keyturn token login ${profile.name}`,
    data: { token: profile.name },
  });
}
