import { type ErrorCode, KeyturnError } from '../base/errors.ts';
import { type AuditRecorder, tokenEvent } from '../base/auditEvent.ts';
import { notedReceivers, noteReceivers } from './origins.ts';
import type { KeyValueStore } from '../base/keyValue.ts';
import { consentKey, isKept, keepConsent, toldConsent } from './record.ts';
import type { ConsentSubject, ConsentQuestion } from './question.ts';

/** Asks the person. A door shows the subject exactly as it is. */
export interface ConsentAsker {
  ask(question: ConsentQuestion, signal: AbortSignal): Promise<'once' | 'remember' | 'refuse'>;
}

/** The person's permission that a keyturn.json uses what is theirs. */
export interface SourceConsent {
  /**
   * Returns once the person allowed it, now or before; asks only while a caller waits. Fails with `command_refused` for a
   * command, `receiver_not_allowed` for the receivers of secrets, else with `access_denied`.
   */
  require(question: ConsentQuestion, options: { waiting: boolean; signal: AbortSignal }): Promise<void>;
}

/** The same, with what is noted of the servers to which secrets went. */
export interface GrantConsent extends SourceConsent {
  /** Addresses that were in force when a secret was first used; null where that was not noted. */
  receivers(secretKey: string): Promise<readonly string[] | null>;
  /** Never fails: what cannot be kept is noted again by the next use. */
  noteReceivers(secretKey: string, addresses: readonly string[]): Promise<void>;
}

export interface ConsentOptions {
  /** Where permissions are kept; what cannot be read there counts as not allowed. */
  readonly values: KeyValueStore;
  readonly asker: ConsentAsker;
  /** A permission from outside, such as a variable of the environment. */
  readonly given?: (question: ConsentQuestion) => boolean;
  /** How to allow it where no question can be asked, one sentence. */
  readonly hint: (question: ConsentQuestion) => string;
  /** Told when a permission could not be kept. */
  readonly notKept: (error: unknown) => void;
  /** Told of what was allowed for good. */
  readonly audit?: AuditRecorder;
}

/**
 * Permissions, each for the very subject, for the very origins and the very keyturn.json: when one of them changes, the
 * person is asked again. One question at a time, and one for all who wait for the same answer.
 */
export function createSourceConsent(options: ConsentOptions): GrantConsent {
  const asked = new Map<string, Promise<boolean>>();
  let last: Promise<unknown> = Promise.resolve();

  const keep = async (question: ConsentQuestion): Promise<void> => {
    const { tokenName: name, declaredIn } = question;
    await keepConsent(options.values, question);
    const event = tokenEvent('allowed', { name, accessToken: null }, declaredIn);
    options.audit?.record({ ...event, detail: toldConsent(question) });
  };
  const ask = async (question: ConsentQuestion, signal: AbortSignal): Promise<boolean> => {
    const answer = await options.asker.ask(question, signal);
    if (answer === 'remember') await keep(question).catch(options.notKept);
    return answer !== 'refuse';
  };
  const askInTurn = (question: ConsentQuestion, signal: AbortSignal): Promise<boolean> => {
    const key = consentKey(question);
    const pending = asked.get(key);
    if (pending !== undefined) return pending;
    const answer = last.then(() => ask(question, signal));
    last = answer.catch(() => undefined);
    asked.set(key, answer);
    return answer.finally(() => asked.delete(key));
  };

  return {
    async require(question, { waiting, signal }) {
      if (options.given?.(question) === true) return;
      if (await isKept(options.values, question).catch(() => false)) return;
      if (waiting && (await askInTurn(question, signal))) return;
      throw refused(question, options.hint(question));
    },
    receivers: (secretKey) => notedReceivers(options.values, secretKey).catch(() => null),
    noteReceivers: (secretKey, addresses) =>
      noteReceivers(options.values, secretKey, addresses).catch(() => undefined),
  };
}

function refused({ tokenName, subject }: ConsentQuestion, hint: string): KeyturnError {
  return new KeyturnError(codeOf(subject), refusals[subject.kind](tokenName), {
    hint,
    data: { token: tokenName },
  });
}

function codeOf({ kind }: ConsentSubject): ErrorCode {
  if (kind === 'sign_in' || kind === 'new_receiver') return 'receiver_not_allowed';
  return kind === 'command' ? 'command_refused' : 'access_denied';
}

const refusals: Readonly<Record<ConsentSubject['kind'], (name: string) => string>> = {
  command: (name) => `You haven't allowed the command of the token "${name}" yet. It was not run.`,
  keychain: (name) => `You haven't allowed the keychain entry of the token "${name}" yet. It was not read.`,
  account: (name) => `You haven't allowed the account of the token "${name}" yet. It was not used.`,
  key_file: (name) => `You haven't allowed the key file of the token "${name}" yet. It was not read.`,
  sign_in: (name) =>
    `You haven't allowed the servers that would get the secrets of "${name}" yet. Nothing was sent.`,
  new_receiver: (name) =>
    `You haven't allowed another server to receive the secrets of "${name}" yet. Nothing was sent.`,
  exchange: (name) => `You haven't allowed the exchange for "${name}" yet. No token was exchanged.`,
};
