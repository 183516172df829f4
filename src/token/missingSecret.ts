import { KeyturnError } from '../base/errors.ts';
import { environmentName, SECRET_PREFIXES } from '../base/secretVariables.ts';
import type { AskedSecret } from '../profile/key.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { PROFILE_FILE_NAME } from '../profile/name.ts';

/** A secret that is neither stored nor given: `secret_missing`, with the ways to give it. */
export function missingSecret(
  { name, declaredIn }: Pick<TokenProfile, 'name' | 'declaredIn'>,
  kind: AskedSecret,
): KeyturnError {
  const words = kind.replaceAll('_', ' ');
  const variable = `set ${SECRET_PREFIXES[kind]}${environmentName(name)}`;
  // What a file of another tool declares is no name that the command knows.
  const declared = declaredIn?.split(/[\\/]/).at(-1) === PROFILE_FILE_NAME;
  const stored = `\`keyturn token add ${name} --${kind.replaceAll('_', '-')}\``;
  return new KeyturnError('secret_missing', `The ${words} for "${name}" is not stored.`, {
    hint: `Use the token once and enter it when asked. For the command: ${declared ? `${stored}, or ${variable}` : variable}.`,
    data: { token: name },
  });
}
