import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { grantOf } from './grants/all.ts';
import { tokenKey } from './key.ts';
import { findProfile, resolveProfile } from './file.ts';
import type { DeclaredProfile, ProfileFile } from './declared.ts';
import { LONGEST_NAME } from './name.ts';
import { hasVariable } from './variables.ts';
import type { ListedProfile } from './listedProfile.ts';

type Variables = ReadonlyMap<string, string>;

/** The profile that a file declares under this name, or null. Fails with `profile_invalid`. */
export function declaredProfile(file: ProfileFile, name: string): DeclaredProfile | null {
  try {
    return findProfile(file, name);
  } catch (error) {
    // A syntax error before the profile hides it: that is said, instead of looking elsewhere.
    if (KeyturnError.is(error, 'profile_unknown') && !hasSyntaxError(file)) return null;
    throw error;
  }
}

/** The profile with the variables of an environment in it, or what is wrong with it. */
export function fillProfile(
  declared: DeclaredProfile,
  variables: Variables,
  environment: string | null,
): ListedProfile {
  const { name, declaredIn } = declared;
  try {
    const profile = resolveProfile(declared, (variable) => variables.get(variable), environment);
    return { name, declaredIn, environment, profile, problem: null };
  } catch (error) {
    const { code, message } = asKeyturnError(error);
    return { name, declaredIn, environment, profile: null, problem: { code, message: reasonOf(message) } };
  }
}

/** Every profile of a file, once for each environment in which it differs; those with errors too, which none can use. */
export function listProfiles(
  file: ProfileFile,
  chosen: Variables,
  environments: readonly { readonly name: string; readonly variables: Variables }[],
): ListedProfile[] {
  const usable = file.profiles.flatMap((declared) => {
    if (!usesVariables(declared)) return [fillProfile(declared, chosen, null)];
    const each = environments.map(({ name, variables }) => fillProfile(declared, variables, name));
    const [first] = each;
    if (first === undefined) return [fillProfile(declared, chosen, null)];
    // With one environment alone, that one is named: the variables come from nowhere else.
    return each.length > 1 && isSameEverywhere(each) ? [{ ...first, environment: null }] : each;
  });
  return [...usable, ...withErrors(file)];
}

/** Profiles that were left out for what is wrong with them, in the order of the file, each with its first error. */
function withErrors({ profiles, problems, location }: ProfileFile): ListedProfile[] {
  const known = new Set(profiles.map(({ name }) => name));
  const listed: ListedProfile[] = [];
  for (const { severity, profileName: name, message, span } of problems) {
    if (severity !== 'error' || name === null || known.has(name)) continue;
    known.add(name);
    const words = `Line ${span.start.line + 1} of keyturn.json: ${message}`;
    listed.push({
      name: name.slice(0, LONGEST_NAME),
      declaredIn: location,
      environment: null,
      profile: null,
      problem: { code: 'profile_invalid', message: words },
    });
  }
  return listed;
}

/** Whether another environment may make another token of it. */
export function usesVariables(declared: DeclaredProfile): boolean {
  const { origins, sendAs, issuer, tokenEndpoint, clientId, scope, audience, resource, options } = declared;
  if (grantOf(declared.grant).perEnvironment) return true;
  return hasVariable(
    JSON.stringify([origins, sendAs, issuer, tokenEndpoint, clientId, scope, audience, resource, options]),
  );
}

function hasSyntaxError(file: ProfileFile): boolean {
  return file.problems.some(({ severity, profileName }) => severity === 'error' && profileName === null);
}

/** The tree names the profile already: what is wrong with it comes first there. */
function reasonOf(message: string): string {
  const colon = message.indexOf(': ');
  if (colon < 0) return message;
  const reason = message.slice(colon + 2);
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

function isSameEverywhere(each: readonly ListedProfile[]): boolean {
  const keys = each.map(({ profile, problem }) => (profile === null ? problem?.message : tokenKey(profile)));
  return new Set(keys).size === 1;
}
