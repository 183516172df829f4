import { isDeepStrictEqual } from 'node:util';
import type { TokenProfile } from '../../profile/profile.ts';
import { withProfile, withWrittenProfile, type WrittenProperties } from '../../profile/edit.ts';
import { findProfile, parseProfileFile, resolveProfile } from '../../profile/file.ts';
import { type KnownVariables, withVariables } from './writtenVariables.ts';

/** The keyturn.json that a new profile is written to. */
export interface ProfileTarget {
  readonly location: string;
  /** Names of tokens that are taken already. */
  readonly names: ReadonlySet<string>;
  /** Variables that this file may use. */
  readonly variables: KnownVariables;
  /** The text of the file now; empty for a file that does not exist yet. */
  read(): Promise<string>;
  /** Fails with `file_unreadable`. */
  write(text: string): Promise<void>;
}

/** The profile as the file would declare it. Fails with `profile_invalid`. */
export async function profileWith(
  target: ProfileTarget,
  name: string,
  properties: WrittenProperties,
): Promise<TokenProfile> {
  return profileIn(withProfile(await target.read(), name, properties), name, target);
}

/**
 * Adds the profile and saves the file, with variables for the addresses that the request names by variables. Gives
 * what was written. Fails with `profile_invalid` or `file_unreadable`.
 */
export async function writeProfile(
  target: ProfileTarget,
  profile: TokenProfile,
  properties: WrittenProperties,
  requestUrl: string,
): Promise<WrittenProperties> {
  const { name } = profile;
  const before = await target.read();
  const literal = withProfile(before, name, properties);
  const variable = withVariables(properties, target.variables, { requestUrl, profileFile: before });
  if (variable !== null) {
    const text = withWrittenProfile(before, name, variable);
    if (isSame(text, profile, target)) {
      await target.write(text);
      return variable;
    }
  }
  await target.write(literal);
  return properties;
}

/** The token was obtained for this profile: another one would not find it. */
function isSame(text: string, profile: TokenProfile, target: ProfileTarget): boolean {
  try {
    return isDeepStrictEqual(profileIn(text, profile.name, target), profile);
  } catch {
    return false;
  }
}

function profileIn(text: string, name: string, { location, variables }: ProfileTarget): TokenProfile {
  const file = parseProfileFile(text, location);
  return resolveProfile(findProfile(file, name), (variable) => variables.get(variable));
}
