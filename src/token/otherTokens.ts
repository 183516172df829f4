import { KeyturnError } from '../base/errors.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import { grantOf } from '../profile/grants/all.ts';
import { textOption } from '../profile/options.ts';
import type { TokenProfile } from '../profile/profile.ts';

/** More than a person chains. */
const LONGEST_CHAIN = 10;

/**
 * The profile that another one names. Fails with `profile_unknown`, and with `profile_invalid` when it leads back to
 * the one that names it: each would wait for the other.
 */
export async function findOther(
  { findProfile }: Pick<TokenManagerOptions, 'findProfile'>,
  from: TokenProfile,
  name: string,
): Promise<TokenProfile> {
  if (findProfile === undefined) {
    throw new KeyturnError('profile_unknown', `The token "${from.name}" needs the token "${name}".`);
  }
  const found = await findProfile(name, from);
  const seen = new Set<string>();
  let level: readonly TokenProfile[] = [found];
  while (level.length > 0 && seen.size < LONGEST_CHAIN) {
    const next: TokenProfile[] = [];
    for (const profile of level) {
      if (profile.name === from.name) throw circular(from.name, name);
      if (seen.has(profile.name)) continue;
      seen.add(profile.name);
      for (const named of namesIn(profile)) next.push(await findProfile(named, profile));
    }
    level = next;
  }
  if (level.length > 0) throw circular(from.name, name);
  return found;
}

/** Profiles whose tokens this one is obtained with. */
function namesIn({ grant, options }: TokenProfile): string[] {
  return grantOf(grant)
    .otherTokens.map((option) => textOption(options, option))
    .filter((name) => name !== null);
}

function circular(name: string, other: string): KeyturnError {
  return new KeyturnError(
    'profile_invalid',
    `The token "${name}" needs "${other}", which needs this token again.`,
    {
      hint: 'Correct "subjectToken" and "actorToken" in keyturn.json.',
      data: { token: name },
    },
  );
}
