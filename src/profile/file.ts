import { KeyturnError } from '../base/errors.ts';
import type { Files } from '../base/files.ts';
import { nearestFile, type FoundFile, type Search } from '../base/nearestFile.ts';
import { parseJsonText } from '../base/jsonText.ts';
import { grantOf } from './grants/all.ts';
import type { TokenProfile } from './profile.ts';
import { checkProfile } from './check.ts';
import { PROFILE_FILE_NAME } from './name.ts';
import { ProfileFileReader } from './reader.ts';
import { resolveOptions } from './options.ts';
import { hasVariable, replaceVariables } from './variables.ts';
import { withoutCredentials } from '../redaction/withoutCredentials.ts';
import type { DeclaredProfile, ProfileProblemCode, ProfileFile } from './declared.ts';

export { isValidName, PROFILE_FILE_NAME } from './name.ts';

const MAX_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reads keyturn.json: JSON with comments and trailing commas. Never throws; a profile with an error is left out
 * and the others stay. After a syntax error only the profiles that end before it are taken.
 */
export function parseProfileFile(text: string, location: string): ProfileFile {
  if (text.length > MAX_CHARACTERS) {
    const message = 'This keyturn.json is longer than 4 MiB, so Keyturn does not read it.';
    return unreadFile(location, 'file_too_large', message);
  }
  return new ProfileFileReader(parseJsonText(text), location).read();
}

/** The profile of this name. Fails with `profile_unknown`, or `profile_invalid` when it is declared with errors. */
export function findProfile(file: ProfileFile, name: string): DeclaredProfile {
  const profile = file.profiles.find((candidate) => candidate.name === name);
  if (profile !== undefined) return profile;
  const problem = file.problems.find((p) => p.severity === 'error' && p.profileName === name);
  if (problem !== undefined) {
    throw new KeyturnError(
      'profile_invalid',
      `The token profile "${name}" is not valid: ${problem.message}`,
      {
        hint: `Correct line ${problem.span.start.line + 1} of keyturn.json.`,
        data: { profile: name, line: problem.span.start.line + 1 },
      },
    );
  }
  const shown = withoutCredentials(name);
  throw new KeyturnError('profile_unknown', `There is no token profile "${shown}" in keyturn.json.`, {
    hint: fileFault(file) ?? 'Check the name, or declare the profile in keyturn.json.',
    data: { profile: name },
  });
}

/** What to correct in a file before its declarations can be read; null where nothing stands in the way. */
export function fileFault(file: ProfileFile | null): string | null {
  const fault = file?.problems.find(
    ({ severity, profileName }) => severity === 'error' && profileName === null,
  );
  if (fault === undefined) return null;
  if (fault.code === 'file_unreadable' || fault.code === 'file_too_large') return fault.message;
  return `Correct line ${fault.span.start.line + 1} of keyturn.json first: ${fault.message}`;
}

/** The nearest keyturn.json, upward from the folder that holds `fromLocation`. Fails like `nearestFile`. */
export async function findProfileFile(
  files: Files,
  fromLocation: string,
  search: Search,
): Promise<ProfileFile | null> {
  const found = await nearestFile(files, fromLocation, PROFILE_FILE_NAME, search);
  return found === null ? null : foundProfileFile(found);
}

/** A file that cannot be read declares nothing, and says why. */
export function foundProfileFile({ location, bytes, failure }: FoundFile): ProfileFile {
  if (failure !== null) return unreadFile(location, 'file_unreadable', failure.message);
  return parseProfileFile(new TextDecoder().decode(bytes), location);
}

function unreadFile(location: string, code: ProfileProblemCode, message: string): ProfileFile {
  const start = { line: 0, column: 0 };
  const span = { start, end: start };
  return {
    location,
    profiles: [],
    problems: [{ code, message, severity: 'error', span, profileName: null }],
  };
}

/**
 * Replaces the `{{variables}}` and checks the profile again, so that a variable brings in no wildcard, no plain http
 * and no program to run. `environment`: the name of the one that they are of. Fails with `profile_invalid`.
 */
export function resolveProfile(
  declared: DeclaredProfile,
  lookup: (variable: string) => string | undefined,
  environment: string | null = null,
): TokenProfile {
  const line = declared.span.start.line + 1;
  const invalid = (
    message: string,
    hint = `Correct line ${line} of keyturn.json, or the variables of the chosen environment.`,
  ) =>
    new KeyturnError('profile_invalid', `The token profile "${declared.name}" is not valid: ${message}`, {
      hint,
      data: { profile: declared.name, line },
    });
  const fill = (text: string, wildcards = true): string => {
    const filled = replaceVariables(text, (name) => {
      const value = lookup(name);
      if (value === undefined) {
        throw invalid(
          `the variable {{${name}}} has no value.`,
          'Choose an environment that defines it: in the status bar, or with --env.',
        );
      }
      if (hasVariable(value)) throw invalid(`the variable {{${name}}} refers to a variable without a value.`);
      if (!wildcards && value.includes('*')) {
        throw invalid(
          `the variable {{${name}}} puts an asterisk into an origin; write it in keyturn.json itself.`,
        );
      }
      return value;
    });
    if (hasVariable(filled)) throw invalid('a variable is opened with "{{" and not closed.');
    return filled;
  };
  const fillOptional = (text: string | null) => (text === null ? null : fill(text));
  const { sendAs } = declared;
  const profile: TokenProfile = {
    name: declared.name,
    grant: declared.grant,
    origins: declared.origins.map((origin) => fill(origin, false)),
    sendAs:
      'scheme' in sendAs
        ? { scheme: fill(sendAs.scheme) }
        : 'header' in sendAs
          ? { header: fill(sendAs.header) }
          : 'query' in sendAs
            ? { query: fill(sendAs.query) }
            : { basic: sendAs.basic.username === undefined ? {} : { username: fill(sendAs.basic.username) } },
    issuer: fillOptional(declared.issuer),
    tokenEndpoint: fillOptional(declared.tokenEndpoint),
    clientId: fillOptional(declared.clientId),
    clientAuthentication: declared.clientAuthentication,
    scope: fillOptional(declared.scope),
    audience: fillOptional(declared.audience),
    resource: fillOptional(declared.resource),
    options: resolveOptions(declared.options, (text) => fill(text), invalid),
    declaredIn: declared.declaredIn,
    ...(environment !== null && grantOf(declared.grant).perEnvironment ? { environment } : {}),
  };
  const fault = checkProfile(profile).find((candidate) => candidate.severity === 'error');
  if (fault !== undefined) throw invalid(fault.message);
  return profile;
}
