import { KeyturnError } from '../base/errors.ts';
import type { TokenProfile } from '../profile/profile.ts';

/** The next step needs a person, and none waits or can be reached. */
export function signInNeeded(profile: TokenProfile, cause?: unknown): KeyturnError {
  return new KeyturnError('sign_in_needed', `The token "${profile.name}" needs a sign-in.`, {
    cause,
    hint: `Use the token in the editor, or run: keyturn token login ${profile.name}`,
    data: { token: profile.name },
  });
}
