import { findNodeAtLocation } from 'jsonc-parser';
import * as v from 'valibot';
import { plainValue, propertiesOf, type JsonNode, type JsonText } from '../base/jsonText.ts';
import type { Span } from '../base/position.ts';
import { checkProfile } from './check.ts';
import type { DeclaredProfile, ProfileFile, ProfileProblem, ProfileProblemCode } from './declared.ts';
import { noOptions } from './profile.ts';
import { defaultAuthentication } from './grants/usage.ts';
import { isValidName, LONGEST_NAME } from './name.ts';
import { PROFILE_PROPERTIES, profileSchema, type WrittenProfile } from './schema.ts';
import { isSecretProperty } from './secretProperty.ts';

/** Reads the tree of a keyturn.json into profiles and problems with positions. */
export class ProfileFileReader {
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
      this.#reportNode('type_invalid', 'A keyturn.json contains one object.', root);
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
          this.#reportNode('property_duplicate', '"tokens" occurs twice in this file.', key);
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
        this.#reportNode('json_invalid', 'There is a syntax error in or before this profile.', key, name);
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
          `"${shorten(name)}" occurs twice in this profile.`,
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
          `Name in "origins" the allowed origins of the token "${shorten(name)}".`,
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
  const {
    grant,
    origins,
    sendAs,
    issuer = null,
    tokenEndpoint = null,
    clientId = null,
    clientAuthentication,
    scope = null,
    audience = null,
    resource = null,
    ...options
  } = written;
  return {
    name,
    grant,
    origins,
    // A token that is bound to a key is of no use as a bearer token (RFC 9449 section 7.1).
    sendAs: sendAs ?? { scheme: options.dpop === true ? 'DPoP' : 'Bearer' },
    issuer,
    tokenEndpoint,
    clientId,
    clientAuthentication: clientAuthentication ?? defaultAuthentication(grant, clientId),
    scope,
    audience,
    resource,
    options: { ...noOptions, ...options },
    declaredIn: location,
    span,
  };
}

function secretMessage(property: string, profile: string | null): string {
  const ask = profile === null ? '' : ` for "${shorten(profile)}"`;
  return `"${shorten(property)}" does not belong in this file: remove it, and Keyturn asks for secrets${ask} once and keeps them in the keychain.`;
}

function shorten(text: string): string {
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME)}…`;
}
