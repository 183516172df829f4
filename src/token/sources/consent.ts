import { createHash } from 'node:crypto';
import { KeyturnError } from '../../errors.ts';
import type { KeyValueStore } from '../keyValue.ts';
import type { TokenProfile } from '../profile.ts';

/** What of this person's a keyturn.json wants to use. */
export type ConsentSubject =
  | {
      readonly kind: 'command';
      readonly command: readonly string[];
      /** Folder that it runs in. */
      readonly folder: string;
    }
  | { readonly kind: 'keychain'; readonly service: string; readonly account: string | null }
  | { readonly kind: 'account'; readonly provider: string; readonly scopes: readonly string[] }
  | {
      readonly kind: 'key_file';
      /** As the profile writes it. */
      readonly path: string;
      /** Issuer and token endpoint for which it signs; empty for a token that is signed here. */
      readonly servers: readonly string[];
    }
  /** The person signs in at one server, and what that brings is redeemed at another. */
  | { readonly kind: 'sign_in'; readonly at: string; readonly redeemedAt: string }
  /** Tokens of these profiles bring one that goes where they may not. */
  | { readonly kind: 'exchange'; readonly tokens: readonly string[] };

export interface ConsentQuestion {
  readonly tokenName: string;
  readonly subject: ConsentSubject;
  /** Where the token may go. */
  readonly origins: readonly string[];
  /** Location of the keyturn.json. */
  readonly declaredIn: string;
}

/** Asks the person. A door shows the subject exactly as it is. */
export interface ConsentAsker {
  ask(question: ConsentQuestion, signal: AbortSignal): Promise<'once' | 'remember' | 'refuse'>;
}

/** The person's agreement that a keyturn.json uses what is theirs. */
export interface SourceConsent {
  /**
   * Returns once the person agreed, now or before; asks only while somebody waits. Fails with `command_refused` for a
   * command, else with `access_denied`.
   */
  require(question: ConsentQuestion, options: { waiting: boolean; signal: AbortSignal }): Promise<void>;
}

export interface ConsentOptions {
  /** Where agreements are kept; what cannot be read there counts as not agreed. */
  readonly values: KeyValueStore;
  readonly asker: ConsentAsker;
  /** An agreement from outside, such as a variable of the environment. */
  readonly given?: (question: ConsentQuestion) => boolean;
  /** How to agree where nobody can be asked, one sentence. */
  readonly hint: (question: ConsentQuestion) => string;
  /** Told when an agreement could not be kept. */
  readonly notKept: (error: unknown) => void;
}

const KEY_PREFIX = 'agreed.';

/**
 * Agreements, each to the very subject, for the very origins and the very keyturn.json: when one of them changes, the
 * person is asked again. One question at a time, and one for all who wait for the same answer.
 */
export function createSourceConsent(options: ConsentOptions): SourceConsent {
  const asked = new Map<string, Promise<boolean>>();
  let last: Promise<unknown> = Promise.resolve();

  const ask = async (key: string, question: ConsentQuestion, signal: AbortSignal): Promise<boolean> => {
    const answer = await options.asker.ask(question, signal);
    if (answer === 'remember') await options.values.set(key, true).catch(options.notKept);
    return answer !== 'refuse';
  };
  const askInTurn = (key: string, question: ConsentQuestion, signal: AbortSignal): Promise<boolean> => {
    const pending = asked.get(key);
    if (pending !== undefined) return pending;
    const answer = last.then(() => ask(key, question, signal));
    last = answer.catch(() => undefined);
    asked.set(key, answer);
    return answer.finally(() => asked.delete(key));
  };

  return {
    async require(question, { waiting, signal }) {
      if (options.given?.(question) === true) return;
      const key = consentKey(question);
      if ((await options.values.get(key).catch(() => undefined)) === true) return;
      if (waiting && (await askInTurn(key, question, signal))) return;
      throw refused(question, options.hint(question));
    },
  };
}

/** The key of an agreement: a hash of everything that the person is shown. */
export function consentKey({ tokenName, subject, origins, declaredIn }: ConsentQuestion): string {
  const parts = [tokenName, declaredIn, [...origins].sort(), subjectParts(subject)];
  return KEY_PREFIX + createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

export function questionOf(profile: TokenProfile, subject: ConsentSubject): ConsentQuestion {
  const { name, origins, declaredIn } = profile;
  return { tokenName: name, subject, origins, declaredIn: declaredIn ?? '' };
}

function subjectParts(subject: ConsentSubject): readonly unknown[] {
  switch (subject.kind) {
    case 'command':
      return [subject.kind, subject.command, subject.folder];
    case 'keychain':
      return [subject.kind, subject.service, subject.account];
    case 'account':
      return [subject.kind, subject.provider, [...subject.scopes].sort()];
    case 'key_file':
      return [subject.kind, subject.path, subject.servers];
    case 'sign_in':
      return [subject.kind, subject.at, subject.redeemedAt];
    case 'exchange':
      return [subject.kind, subject.tokens];
  }
}

function refused({ tokenName, subject }: ConsentQuestion, hint: string): KeyturnError {
  const data = { token: tokenName };
  switch (subject.kind) {
    case 'command':
      return new KeyturnError(
        'command_refused',
        `The command of the token "${tokenName}" was not run: nobody agreed to it.`,
        { hint, data },
      );
    case 'keychain':
      return new KeyturnError(
        'access_denied',
        `The keychain entry of the token "${tokenName}" was not read: nobody agreed to it.`,
        { hint, data },
      );
    case 'account':
      return new KeyturnError(
        'access_denied',
        `The account of the token "${tokenName}" was not used: nobody agreed to it.`,
        { hint, data },
      );
    case 'key_file':
      return new KeyturnError(
        'access_denied',
        `The key file of the token "${tokenName}" was not read: nobody agreed to it.`,
        { hint, data },
      );
    case 'sign_in':
      return new KeyturnError(
        'access_denied',
        `The sign-in for "${tokenName}" was not begun: nobody agreed to the servers it uses.`,
        { hint, data },
      );
    case 'exchange':
      return new KeyturnError(
        'access_denied',
        `No token was exchanged for "${tokenName}": nobody agreed to where it may go.`,
        { hint, data },
      );
  }
}
