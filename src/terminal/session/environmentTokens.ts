import { KeyturnError } from '../../base/errors.ts';
import { environmentName, SECRET_PREFIXES, TOKEN_PREFIX } from '../../base/secretVariables.ts';
import type { PresetSecrets } from '../../token/managerOptions.ts';

/**
 * Tokens and the secrets to get them from the environment, for machines without a keychain; read-only. `say` is told once of
 * each variable that is used. A variable that serves two profiles fails with `profile_invalid`: the token of one
 * must not go to the other's origins.
 */
export function environmentSecrets(
  env: Readonly<Record<string, string | undefined>>,
  say: (message: string) => void,
): PresetSecrets {
  const users = new Map<string, string>();
  const read = (prefix: string, profileName: string): string | null => {
    const variable = prefix + environmentName(profileName);
    const value = env[variable];
    if (value === undefined || value === '') return null;
    const user = users.get(variable);
    if (user === undefined) {
      users.set(variable, profileName);
      say(`Keyturn uses ${variable} for "${profileName}".`);
    } else if (user !== profileName) {
      throw new KeyturnError(
        'profile_invalid',
        `The variable ${variable} fits two tokens: "${user}" and "${profileName}".`,
        {
          hint: 'Rename one of the two profiles.',
          data: { variable },
        },
      );
    }
    return value;
  };
  return {
    token: (profile) => read(TOKEN_PREFIX, profile.name),
    secret: (kind, profile) => read(SECRET_PREFIXES[kind], profile.name),
  };
}
