import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { isSecretVariable } from '../base/secretVariables.ts';
import { issuedNow } from './result.ts';
import type { TokenSource } from './source.ts';
import { readTokenText } from './tokenText.ts';

/** Variables of the process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable of the environment, read anew at each use. Keyturn's own variables are not for others to name. */
export function environmentSource(env: Environment, clock: Clock): TokenSource {
  return {
    grant: 'environment',
    // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown becomes a rejection
    async obtain({ name, options: { variable, tokenPointer, expiryPointer } }) {
      const data = { token: name, variable };
      if (variable === null || variable === '') {
        throw new KeyturnError('profile_invalid', `The token "${name}" names no variable.`, {
          hint: 'Add "variable" to its profile.',
          data,
        });
      }
      if (isSecretVariable(variable)) {
        throw new KeyturnError('profile_invalid', `The token "${name}" cannot come from ${variable}.`, {
          hint: `Keyturn reserves variables of this form for the profiles in their names. Choose another name.`,
          data,
        });
      }
      const value = env[variable] ?? '';
      if (value.trim() === '') {
        throw new KeyturnError(
          'token_missing',
          `The variable ${variable} of the token "${name}" is not set.`,
          {
            hint: 'Set the variable, then start the editor or the command again: they see only what was set before.',
            data,
          },
        );
      }
      const { token, fault } = readTokenText(value, { tokenPointer, expiryPointer, nowMs: clock.now() });
      if (token !== null) return issuedNow(token);
      throw new KeyturnError('token_invalid', `What the variable ${variable} holds ${fault}.`, {
        hint: 'Set it to the token alone, or to JSON that contains the token.',
        data,
      });
    },
  };
}
