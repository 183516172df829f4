import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { quoted, visible } from '../base/visible.ts';
import type { KeyValueStore } from '../base/keyValue.ts';
import { shownAddress } from '../profile/shownOrigin.ts';
import { commandLine, toldCommand } from './commandLine.ts';
import type { ConsentQuestion, ConsentSubject } from './question.ts';

const KEY_PREFIX = 'allowed.';
const texts = v.array(v.string());

const questionSchema = v.object({
  tokenName: v.string(),
  subject: v.variant('kind', [
    v.object({
      kind: v.literal('command'),
      command: texts,
      folder: v.string(),
      program: v.string(),
      files: v.array(v.object({ path: v.string(), sha256: v.string() })),
    }),
    v.object({ kind: v.literal('keychain'), service: v.string(), account: v.nullable(v.string()) }),
    v.object({ kind: v.literal('account'), provider: v.string(), scopes: texts }),
    v.object({ kind: v.literal('key_file'), path: v.string(), servers: texts }),
    v.object({
      kind: v.literal('sign_in'),
      at: v.string(),
      redeemedAt: v.string(),
      receivers: texts,
      issuer: v.nullable(v.string()),
      hasPage: v.boolean(),
    }),
    v.object({ kind: v.literal('new_receiver'), at: v.string(), known: texts, receivers: texts }),
    v.object({ kind: v.literal('exchange'), tokens: texts }),
  ]),
  origins: texts,
  declaredIn: v.string(),
});

/** The key of a permission: a hash of everything that the person is shown. */
export function consentKey({ tokenName, subject, origins, declaredIn }: ConsentQuestion): string {
  const parts = [tokenName, declaredIn, [...origins].sort(), subjectParts(subject)];
  return KEY_PREFIX + createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** True when the person allowed this for good. What cannot be shown when permissions are listed counts as none. */
export async function isKept(values: KeyValueStore, question: ConsentQuestion): Promise<boolean> {
  const key = consentKey(question);
  return readQuestion(key, await values.get(key)) !== null;
}

/** Keeps the question itself: it holds no secret, and says later what was allowed. */
export async function keepConsent(values: KeyValueStore, question: ConsentQuestion): Promise<void> {
  const { tokenName, subject, origins, declaredIn } = question;
  await values.set(consentKey(question), { tokenName, subject, origins, declaredIn });
}

/** What the person allowed for good. */
export async function keptConsents(values: KeyValueStore): Promise<ConsentQuestion[]> {
  const keys = (await values.keys()).filter((key) => key.startsWith(KEY_PREFIX));
  const questions = await Promise.all(keys.map(async (key) => readQuestion(key, await values.get(key))));
  return questions.filter((question) => question !== null);
}

export async function withdrawConsent(values: KeyValueStore, question: ConsentQuestion): Promise<void> {
  await values.set(consentKey(question), undefined);
}

/** What a permission covers, in one line: `command gh auth token in /w, for https://api.github.com`. */
export function consentText(question: Pick<ConsentQuestion, 'subject' | 'origins'>): string {
  return textOf(question, commandLine);
}

/** The same for the audit log, which outlives the command. */
export function toldConsent(question: Pick<ConsentQuestion, 'subject' | 'origins'>): string {
  return textOf(question, toldCommand);
}

function textOf(
  { subject, origins }: Pick<ConsentQuestion, 'subject' | 'origins'>,
  lineOf: (command: readonly string[]) => string,
): string {
  return `${subjectText(subject, lineOf)}, for ${origins.map(shownAddress).join(', ')}`;
}

function subjectText(subject: ConsentSubject, lineOf: (command: readonly string[]) => string): string {
  switch (subject.kind) {
    case 'command':
      return `command ${lineOf(subject.command)} by ${quoted(subject.program)} in ${quoted(subject.folder)}`;
    case 'keychain': {
      const of = subject.account === null ? '' : ` of ${quoted(subject.account)}`;
      return `keychain entry ${quoted(subject.service)}${of}`;
    }
    case 'account':
      return visible(`account ${[subject.provider, ...subject.scopes].join(' ')}`);
    case 'key_file':
      return `key file ${[quoted(subject.path), ...subject.servers.map(shownAddress)].join(' ')}`;
    case 'sign_in':
      return `${subject.hasPage ? 'sign-in at' : 'secrets of'} ${shownAddress(subject.at)} for ${subject.receivers.map(shownAddress).join(' ')}`;
    case 'new_receiver':
      return `secrets of ${shownAddress(subject.at)} for ${subject.receivers.map(shownAddress).join(' ')} instead of ${subject.known.map(shownAddress).join(' ')}`;
    case 'exchange':
      return visible(`exchange of ${subject.tokens.join(' ')}`);
  }
}

function readQuestion(key: string, stored: unknown): ConsentQuestion | null {
  const parsed = v.safeParse(questionSchema, stored);
  return parsed.success && consentKey(parsed.output) === key ? parsed.output : null;
}

function subjectParts(subject: ConsentSubject): readonly unknown[] {
  switch (subject.kind) {
    case 'command':
      return [
        subject.kind,
        subject.command,
        subject.folder,
        subject.program,
        subject.files.map(({ path, sha256 }) => [path, sha256]),
      ];
    case 'keychain':
      return [subject.kind, subject.service, subject.account];
    case 'account':
      return [subject.kind, subject.provider, [...subject.scopes].sort()];
    case 'key_file':
      return [subject.kind, subject.path, subject.servers];
    case 'sign_in':
      return [
        subject.kind,
        subject.at,
        subject.redeemedAt,
        subject.receivers,
        subject.issuer,
        subject.hasPage,
      ];
    case 'new_receiver':
      return [subject.kind, subject.at, subject.known, subject.receivers];
    case 'exchange':
      return [subject.kind, subject.tokens];
  }
}
