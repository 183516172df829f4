import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { commandLine } from '../../src/consent/commandLine.ts';
import { createSourceConsent, type ConsentAsker, type ConsentOptions } from '../../src/consent/sources.ts';
import type { ConsentQuestion } from '../../src/consent/question.ts';
import { consentKey, consentText, keptConsents } from '../../src/consent/record.ts';
import { memoryValues } from '../token/support.ts';
import { askerOf } from '../token/sources/support.ts';

const command = {
  kind: 'command',
  command: ['gh', 'auth', 'token'],
  folder: '/opt/team',
  program: '/usr/bin/gh',
  files: [],
} as const;
const question: ConsentQuestion = {
  tokenName: 'gh',
  subject: command,
  origins: ['https://api.github.com', 'https://uploads.github.com'],
  declaredIn: '/users/me/keyturn.json',
};
const signal = new AbortController().signal;
const waiting = { waiting: true, signal };

function consentOf(asker: ConsentAsker, changes: Partial<ConsentOptions> = {}) {
  return createSourceConsent({
    values: memoryValues(),
    asker,
    hint: () => 'Agree.',
    notKept: () => undefined,
    ...changes,
  });
}

describe('a permission', () => {
  it('is kept when the person says so, and asked for again when not', async () => {
    const { asker, questions } = askerOf('once', 'remember');
    const consent = consentOf(asker);
    for (let i = 0; i < 3; i++) await consent.require(question, waiting);
    expect(questions.length).toBe(2);
  });

  it.each<[string, Partial<ConsentQuestion>]>([
    ['token', { tokenName: 'other' }],
    ['argument', { subject: { ...command, command: ['gh', 'auth', 'token', '-h'] } }],
    ['program', { subject: { ...command, program: '/opt/team/bin/gh' } }],
    ['file', { subject: { ...command, files: [{ path: '/opt/team/t.sh', sha256: 'a' }] } }],
    ['content of a file', { subject: { ...command, files: [{ path: '/opt/team/t.sh', sha256: 'b' }] } }],
    ['split of arguments', { subject: { ...command, command: ['gh', 'auth token'] } }],
    ['folder', { subject: { ...command, folder: '/other' } }],
    ['origin', { origins: ['https://api.github.com', 'https://evil.example'] }],
    ['file', { declaredIn: '/users/me/sub/keyturn.json' }],
    ['kind', { subject: { kind: 'keychain', service: 'gh', account: null } }],
  ])('holds for no other %s', async (_name, changes) => {
    const { asker, questions } = askerOf('remember', 'refuse');
    const consent = consentOf(asker);
    await consent.require(question, waiting);
    await expect(consent.require({ ...question, ...changes }, waiting)).rejects.toThrow();
    expect(questions.length).toBe(2);
  });

  it('does not depend on the order of origins', () => {
    expect(consentKey({ ...question, origins: [...question.origins].reverse() })).toBe(consentKey(question));
  });

  it('is told to the audit where it is for good, and only there', async () => {
    const events: AuditEvent[] = [];
    const { asker } = askerOf('once', 'remember');
    const consent = consentOf(asker, { audit: { record: (event) => events.push(event) } });
    for (let i = 0; i < 3; i++) await consent.require(question, waiting);
    expect(events).toMatchObject([
      {
        action: 'allowed',
        tokenName: 'gh',
        accessToken: null,
        cause: '/users/me/keyturn.json',
        detail:
          'command gh auth token by "/usr/bin/gh" in "/opt/team", for https://api.github.com, https://uploads.github.com',
      },
    ]);
  });

  it('is told without the credentials of a command line, and shown with them', async () => {
    const events: AuditEvent[] = [];
    const { asker } = askerOf('remember');
    const consent = consentOf(asker, { audit: { record: (event) => events.push(event) } });
    const line = ['gh', '--password', 'hunter2', '--token=hunter2', 'https://zoe:hunter2@a.example/'];
    const withPassword = { ...question, subject: { ...command, command: line } };
    await consent.require(withPassword, waiting);
    expect(events[0]?.detail).toContain(
      'command gh --password ••• --token=••• https://zoe:•••@a.example/ by',
    );
    expect(consentText(withPassword)).toContain(line.join(' '));
  });

  it('counts only where it can be shown what it covers', async () => {
    const { asker, questions } = askerOf();
    const values = memoryValues();
    const consent = consentOf(asker, { values });
    const other = { ...question, origins: ['https://evil.example'] };
    for (const stored of [true, 'yes', {}, other]) {
      values.values.set(consentKey(question), stored);
      await expect(consent.require(question, waiting)).rejects.toMatchObject({ code: 'command_refused' });
    }
    expect(questions.length).toBe(4);
    expect(await keptConsents(values)).toEqual([]);
  });

  it('that is refused fails with a code for each kind', async () => {
    const consent = consentOf(askerOf().asker);
    const required = (subject: ConsentQuestion['subject']) =>
      consent.require({ ...question, subject }, waiting);
    await expect(required(question.subject)).rejects.toMatchObject({
      code: 'command_refused',
      hint: 'Agree.',
    });
    await expect(required({ kind: 'keychain', service: 's', account: null })).rejects.toMatchObject({
      code: 'access_denied',
    });
    await expect(required({ kind: 'account', provider: 'github', scopes: [] })).rejects.toMatchObject({
      code: 'access_denied',
      message: 'You haven\'t allowed the account of the token "gh" yet. It was not used.',
    });
  });

  it('is asked for once by all who wait for it, and one question at a time', async () => {
    let open = 0;
    let most = 0;
    const asked: string[] = [];
    const asker: ConsentAsker = {
      async ask({ tokenName }) {
        asked.push(tokenName);
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 10));
        open--;
        return 'once';
      },
    };
    const consent = consentOf(asker);
    const names = ['a', 'b', 'a', 'c', 'b'];
    await Promise.all(names.map((tokenName) => consent.require({ ...question, tokenName }, waiting)));
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(most).toBe(1);
  });

  it('that cannot be read counts as none, and one that cannot be kept holds this once', async () => {
    const { asker, questions } = askerOf('remember', 'remember');
    const failures: unknown[] = [];
    const values = {
      get: () => Promise.reject(new Error('locked')),
      set: () => Promise.reject(new Error('locked')),
      keys: () => Promise.reject(new Error('locked')),
    };
    const consent = consentOf(asker, { values, notKept: (error) => failures.push(error) });
    await consent.require(question, waiting);
    await consent.require(question, waiting);
    expect([questions.length, failures.length]).toEqual([2, 2]);
  });

  it('after a question that failed the next one is asked', async () => {
    let calls = 0;
    const asker: ConsentAsker = {
      ask: () => (++calls === 1 ? Promise.reject(new Error('closed')) : Promise.resolve('once')),
    };
    const consent = consentOf(asker);
    await expect(consent.require(question, waiting)).rejects.toThrow('closed');
    await consent.require(question, waiting);
  });
});

describe('the line of a command', () => {
  it.each<[readonly string[], string]>([
    [['gh', 'auth', 'token'], 'gh auth token'],
    [['op', 'read', 'op://vault/item/field'], 'op read op://vault/item/field'],
    [['sh', '-c', 'a b'], 'sh -c "a b"'],
    [['a', ''], 'a ""'],
    [['a', 'x"y'], 'a "x\\"y"'],
    [['a', '\u001b[2K'], 'a "\\u001b[2K"'],
    [['a', 'x\u202ey'], 'a "x\\u{202E}y"'],
    [['a', 'x\u00a0y'], 'a "x\\u{A0}y"'],
    [['a', 'zoë'], 'a "zoë"'],
    [['a', '\u{1f600}'], 'a "\\u{1F600}"'],
    [['a', 'x\u3164'], 'a "x\\u{3164}"'],
    [['a', '/x\u2215y'], 'a "/x\\u{2215}y"'],
  ])('%j', (command, line) => {
    expect(commandLine(command)).toBe(line);
  });
});
