import { findNodeAtLocation } from 'jsonc-parser';
import * as v from 'valibot';
import { KeyturnError } from '../errors.ts';
import type { Files } from '../files.ts';
import {
  parseJsonText,
  plainValue,
  propertiesOf,
  type JsonNode,
  type JsonText,
  type Span,
} from './jsonText.ts';
import type { TokenProfile } from './profile.ts';
import { checkProfile, hasVariable, type ProfileFaultCode } from './profileCheck.ts';
import {
  isSecretProperty,
  LONGEST_NAME,
  PROFILE_PROPERTIES,
  profileSchema,
  type WrittenProfile,
} from './profileSchema.ts';

export const PROFILE_FILE_NAME = 'keyturn.json';

/** A profile as keyturn.json declares it: its strings may still hold `{{variables}}`. */
export interface DeclaredProfile extends TokenProfile {
  /** Location of the keyturn.json. */
  readonly declaredIn: string;
  /** Where its name stands. */
  readonly span: Span;
}

export type ProfileProblemCode =
  | ProfileFaultCode
  | 'file_too_large'
  | 'json_invalid'
  | 'name_duplicate'
  | 'name_invalid'
  | 'property_duplicate'
  | 'property_unknown'
  | 'type_invalid';

export interface ProfileProblem {
  readonly code: ProfileProblemCode;
  /** One English sentence, free of what the file says where that may be a secret. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
  readonly span: Span;
  /** The profile it concerns, where it concerns one. */
  readonly profileName: string | null;
}

export interface ProfileFile {
  readonly location: string;
  /** Those without errors, in the order of the file. */
  readonly profiles: readonly DeclaredProfile[];
  readonly problems: readonly ProfileProblem[];
}

const MAX_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reads keyturn.json: JSON with comments and trailing commas. Never throws; a profile with an error is left out
 * and the others stay. After a syntax error only the profiles that end before it are taken.
 */
export function parseProfileFile(text: string, location: string): ProfileFile {
  if (text.length > MAX_CHARACTERS) {
    const start = { line: 0, column: 0 };
    const message = 'This keyturn.json is longer than 4 MiB and is not read.';
    const span = { start, end: start };
    const problem = { code: 'file_too_large', message, severity: 'error', span, profileName: null } as const;
    return { location, profiles: [], problems: [problem] };
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
  const syntax = file.problems.find((p) => p.severity === 'error' && p.profileName === null);
  throw new KeyturnError('profile_unknown', `There is no token profile "${name}" in keyturn.json.`, {
    hint:
      syntax === undefined
        ? 'Check the name, or declare the profile in keyturn.json.'
        : `Correct line ${syntax.span.start.line + 1} of keyturn.json first: ${syntax.message}`,
    data: { profile: name },
  });
}

/** The nearest keyturn.json, upward from the folder that holds `fromLocation`. */
export async function findProfileFile(
  files: Files,
  fromLocation: string,
): Promise<{ readonly location: string; readonly text: string } | null> {
  let folder = files.parent(fromLocation);
  while (folder !== null) {
    const location = files.join(folder, PROFILE_FILE_NAME);
    const bytes = await files.read(location);
    if (bytes !== null) return { location, text: new TextDecoder().decode(bytes) };
    const above = files.parent(folder);
    if (above === folder) return null;
    folder = above;
  }
  return null;
}

/**
 * Replaces the `{{variables}}` and checks origins and endpoints again, so that a variable brings in neither a
 * wildcard nor plain http. Fails with `profile_invalid`.
 */
export function resolveProfile(
  declared: DeclaredProfile,
  lookup: (variable: string) => string | undefined,
): TokenProfile {
  const invalid = (message: string) =>
    new KeyturnError('profile_invalid', `The token profile "${declared.name}" is not valid: ${message}`, {
      hint: `Correct line ${declared.span.start.line + 1} of keyturn.json, or the variables of the chosen environment.`,
      data: { profile: declared.name, line: declared.span.start.line + 1 },
    });
  const fill = (text: string, wildcards = true): string => {
    const filled = replaceVariables(text, (name) => {
      const value = lookup(name);
      if (value === undefined) throw invalid(`the variable {{${name}}} has no value.`);
      if (hasVariable(value)) throw invalid(`the variable {{${name}}} leads to a variable without a value.`);
      if (!wildcards && value.includes('*')) {
        throw invalid(
          `the variable {{${name}}} brings an asterisk into an origin; write it in keyturn.json itself.`,
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
    declaredIn: declared.declaredIn,
  };
  const fault = checkProfile(profile).find((candidate) => candidate.severity === 'error');
  if (fault !== undefined) throw invalid(fault.message);
  return profile;
}

/** Replaces `{{name}}` once; what a value brings in is not looked at again. */
function replaceVariables(text: string, value: (name: string) => string): string {
  let result = '';
  let position = 0;
  for (;;) {
    const open = text.indexOf('{{', position);
    const close = open < 0 ? -1 : text.indexOf('}}', open);
    if (close < 0) return result + text.slice(position);
    result += text.slice(position, open) + value(text.slice(open + 2, close).trim());
    position = close + 2;
  }
}

class ProfileFileReader {
  readonly #json: JsonText;
  readonly #location: string;
  readonly #problems: ProfileProblem[] = [];

  constructor(json: JsonText, location: string) {
    this.#json = json;
    this.#location = location;
  }

  read(): ProfileFile {
    return { location: this.#location, profiles: this.#readProfiles(), problems: this.#problems };
  }

  #readProfiles(): DeclaredProfile[] {
    const { root, errors } = this.#json;
    for (const { message, offset, length } of errors) {
      const span = this.#json.span(offset, length);
      this.#problems.push({ code: 'json_invalid', message, severity: 'error', span, profileName: null });
    }
    if (root === undefined) return [];
    if (root.type !== 'object') {
      this.#reportNode('type_invalid', 'A keyturn.json holds one object.', root);
      return [];
    }
    const firstError = errors.reduce((first, error) => Math.min(first, error.offset), Infinity);
    return this.#readRoot(root, firstError);
  }

  #readRoot(root: JsonNode, firstError: number): DeclaredProfile[] {
    let tokens: JsonNode | null = null;
    for (const { name, key, value } of propertiesOf(root)) {
      if (name === 'tokens') {
        if (tokens !== null)
          this.#reportNode('property_duplicate', '"tokens" stands twice in this file.', key);
        tokens ??= value;
      } else if (isSecretProperty(name)) {
        this.#reportNode('secret_in_file', secretMessage(name, null), key);
      } else if (name !== '$schema') {
        this.#reportNode(
          'property_unknown',
          `"${shorten(name)}" is not a property of keyturn.json.`,
          key,
          null,
          'warning',
        );
      }
    }
    if (tokens === null) return [];
    if (tokens.type !== 'object') {
      this.#reportNode('type_invalid', '"tokens" must be an object: a profile under each name.', tokens);
      return [];
    }
    return this.#readTokens(tokens, firstError);
  }

  #readTokens(tokens: JsonNode, firstError: number): DeclaredProfile[] {
    const profiles = new Map<string, DeclaredProfile | null>();
    for (const { name, key, value } of propertiesOf(tokens)) {
      if (profiles.has(name)) {
        // Which of the two is meant cannot be known, so neither is used.
        profiles.set(name, null);
        this.#reportNode('name_duplicate', `The name "${shorten(name)}" is used twice.`, key, name);
        continue;
      }
      const end = value.offset + value.length;
      const broken = end > firstError;
      if (broken)
        this.#reportNode('json_invalid', 'A syntax error stands in or before this profile.', key, name);
      profiles.set(name, broken ? null : this.#readProfile(name, key, value));
    }
    return [...profiles.values()].filter((profile) => profile !== null);
  }

  #readProfile(name: string, key: JsonNode, node: JsonNode): DeclaredProfile | null {
    const before = this.#problems.length;
    if (!isValidName(name)) {
      this.#reportNode(
        'name_invalid',
        'A name has 1 to 100 characters, without white space, quotes or braces.',
        key,
        name,
      );
    }
    if (node.type !== 'object') {
      this.#reportNode(
        'type_invalid',
        `The profile "${shorten(name)}" must be an object; a token itself does not belong here.`,
        node,
        name,
      );
      return null;
    }
    this.#checkProperties(name, node);
    const parsed = v.safeParse(profileSchema, plainValue(node));
    if (!parsed.success) {
      for (const issue of parsed.issues) this.#reportIssue(name, key, node, issue);
      return null;
    }
    const profile = asProfile(name, parsed.output, this.#location, this.#json.span(key.offset, key.length));
    for (const fault of checkProfile(profile)) {
      const at = fault.path.length === 0 ? undefined : findNodeAtLocation(node, [...fault.path]);
      this.#reportNode(fault.code, fault.message, at ?? key, name, fault.severity);
    }
    const errors = this.#problems.slice(before).some((problem) => problem.severity === 'error');
    return errors ? null : profile;
  }

  #checkProperties(profileName: string, node: JsonNode): void {
    const seen = new Set<string>();
    for (const { name, key } of propertiesOf(node)) {
      if (seen.has(name)) {
        this.#reportNode(
          'property_duplicate',
          `"${shorten(name)}" stands twice in this profile.`,
          key,
          profileName,
        );
      } else if (PROFILE_PROPERTIES.has(name)) {
        seen.add(name);
      } else if (isSecretProperty(name)) {
        this.#reportNode('secret_in_file', secretMessage(name, profileName), key, profileName);
      } else {
        this.#reportNode(
          'property_unknown',
          `"${shorten(name)}" is not a property of a token profile.`,
          key,
          profileName,
          'warning',
        );
      }
    }
  }

  #reportIssue(name: string, key: JsonNode, node: JsonNode, issue: v.BaseIssue<unknown>): void {
    const path = (issue.path ?? [])
      .map((item) => item.key)
      .filter((k) => typeof k === 'string' || typeof k === 'number');
    const at = path.length === 0 ? undefined : findNodeAtLocation(node, path);
    if (at === undefined) {
      // valibot reports an absent property at the path where it should be.
      const missing = String(path[0] ?? '');
      if (missing === 'origins') {
        this.#reportNode(
          'origins_missing',
          `Say in "origins" where the token "${shorten(name)}" may go.`,
          key,
          name,
        );
      } else {
        this.#reportNode('property_missing', `This profile needs "${missing}".`, key, name);
      }
      return;
    }
    const code = issue.type === 'picklist' && at.type === 'string' ? 'value_invalid' : 'type_invalid';
    this.#reportNode(code, issue.message, at, name);
  }

  #reportNode(
    code: ProfileProblemCode,
    message: string,
    node: JsonNode,
    profileName: string | null = null,
    severity: 'error' | 'warning' = 'error',
  ): void {
    const span = this.#json.span(node.offset, node.length);
    this.#problems.push({ code, message, severity, span, profileName });
  }
}

function asProfile(name: string, written: WrittenProfile, location: string, span: Span): DeclaredProfile {
  return {
    name,
    grant: written.grant,
    origins: written.origins,
    sendAs: written.sendAs ?? { scheme: 'Bearer' },
    issuer: written.issuer ?? null,
    tokenEndpoint: written.tokenEndpoint ?? null,
    clientId: written.clientId ?? null,
    clientAuthentication: written.clientAuthentication ?? 'client_secret_basic',
    scope: written.scope ?? null,
    audience: written.audience ?? null,
    resource: written.resource ?? null,
    declaredIn: location,
    span,
  };
}

/** Names stand in `# @token name` and `{{$token name}}`, so they hold nothing that ends them there. */
export function isValidName(name: string): boolean {
  return name.length > 0 && name.length <= LONGEST_NAME && !/[\s{}"'<>\x00-\x1f\x7f]/.test(name);
}

function secretMessage(property: string, profile: string | null): string {
  const ask = profile === null ? '' : ` for "${shorten(profile)}"`;
  return `"${shorten(property)}" does not belong in this file: remove it, and Keyturn asks for secrets${ask} once and keeps them in the keychain.`;
}

function shorten(text: string): string {
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME)}…`;
}
