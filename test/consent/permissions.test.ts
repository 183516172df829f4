import { describe, expect, it } from 'vitest';
import { Permissions, permissionText, askedForBy } from '../../src/consent/permissions.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { createConsentStore } from '../../src/consent/origins.ts';
import { tokenKey } from '../../src/profile/key.ts';
import { createSourceConsent } from '../../src/consent/sources.ts';
import type { ConsentSubject } from '../../src/consent/question.ts';
import { askerOf } from '../token/sources/support.ts';
import { memoryValues, profileOf, staticProfile } from '../token/support.ts';

const HOME = 'file:///w/keyturn.json';
const signal = new AbortController().signal;
const subjects: readonly ConsentSubject[] = [
  { kind: 'command', command: ['gh', 'auth', 'token'], folder: '/w', program: '/usr/bin/gh', files: [] },
  { kind: 'keychain', service: 'gh:github.com', account: 'zoe' },
  { kind: 'account', provider: 'github', scopes: ['repo', 'user'] },
  { kind: 'key_file', path: '~/.keys/a.pem', servers: ['https://id.example.com'] },
  {
    kind: 'sign_in',
    at: 'https://id.example.com',
    redeemedAt: 'https://other.example.com',
    receivers: ['https://other.example.com', 'https://third.example.com'],
    issuer: null,
    hasPage: true,
  },
  {
    kind: 'new_receiver',
    at: 'https://id.example.com',
    known: ['https://id.example.com'],
    receivers: ['https://other.example.com'],
  },
  { kind: 'exchange', tokens: ['one', 'two'] },
];

function setUp() {
  const values = memoryValues();
  const events: AuditEvent[] = [];
  const audit = { record: (event: AuditEvent) => void events.push(event) };
  const permissions = new Permissions(values, audit);
  /** Allows everything for good. */
  const agree = async (subject: ConsentSubject) => {
    const { asker, questions } = askerOf('remember');
    const consent = createSourceConsent({
      values,
      asker,
      hint: () => '',
      notKept: (error) => expect.fail(String(error)),
    });
    const question = { tokenName: 'gh', subject, origins: ['https://api.example.com'], declaredIn: HOME };
    await consent.require(question, { waiting: true, signal });
    return questions.length;
  };
  return { values, events, permissions, agree, consent: createConsentStore(values) };
}

describe('standing permissions', () => {
  it('are none at first', async () => {
    const { permissions, values } = setUp();
    values.values.set('used.token', 5);
    expect(await permissions.list()).toEqual([]);
  });

  it('say what each covers, for whom, and who asked', async () => {
    const { permissions, agree, consent } = setUp();
    for (const subject of subjects) await agree(subject);
    await consent.remember(tokenKey(profileOf()), 'https://far.example.com', HOME);
    await consent.rememberPlace(tokenKey(staticProfile({ name: 'a:b "c"' })), 'file:///v');
    const list = await permissions.list();
    expect(list.map((one) => [one.tokenName, permissionText(one), askedForBy(one)])).toEqual([
      ['a:b "c"', 'use from file:///v', 'file:///v'],
      ['gh', 'account github repo user, for https://api.example.com', HOME],
      ['gh', 'command gh auth token by "/usr/bin/gh" in "/w", for https://api.example.com', HOME],
      ['gh', 'exchange of one two, for https://api.example.com', HOME],
      ['gh', 'key file "~/.keys/a.pem" https://id.example.com, for https://api.example.com', HOME],
      ['gh', 'keychain entry "gh:github.com" of "zoe", for https://api.example.com', HOME],
      [
        'gh',
        'secrets of https://id.example.com for https://other.example.com instead of https://id.example.com, for https://api.example.com',
        HOME,
      ],
      [
        'gh',
        'sign-in at https://id.example.com for https://other.example.com https://third.example.com, for https://api.example.com',
        HOME,
      ],
      ['viewer', 'use at https://far.example.com', HOME],
    ]);
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    expect(list.every(({ id }) => /^[0-9a-f]{8}$/.test(id))).toBe(true);
    expect((await permissions.list()).map(({ id }) => id)).toEqual(list.map(({ id }) => id));
  });

  it.each(subjects)('of kind $kind are asked about again once they are withdrawn', async (subject) => {
    const { permissions, agree, events } = setUp();
    expect([await agree(subject), await agree(subject)]).toEqual([1, 0]);
    const [permission, ...others] = await permissions.list();
    expect(others).toEqual([]);
    await permissions.withdraw(permission!, 'keyturn.permissions.review');
    expect(await permissions.list()).toEqual([]);
    expect(events).toMatchObject([
      {
        action: 'withdrawn',
        tokenName: 'gh',
        cause: 'keyturn.permissions.review',
        detail: permissionText(permission!),
      },
    ]);
    expect(await agree(subject)).toBe(1);
  });

  it('about an origin go one by one, and the audit names it', async () => {
    const { permissions, consent, events } = setUp();
    const key = tokenKey(profileOf());
    for (const origin of ['https://a.example', 'https://b.example'])
      await consent.remember(key, origin, HOME);
    const [first] = await permissions.list();
    await permissions.withdraw(first!, 'test');
    expect(await consent.allowed(key)).toEqual(['https://b.example']);
    expect(events).toMatchObject([{ action: 'withdrawn', origin: 'https://a.example' }]);
  });

  it('that the store cannot give up stay, and are not said to be withdrawn', async () => {
    const { values, agree, events } = setUp();
    await agree(subjects[0]!);
    const refusing = { ...values, set: () => Promise.reject(new Error('full')) };
    const permissions = new Permissions(refusing, { record: (event) => void events.push(event) });
    const [one] = await permissions.list();
    await expect(permissions.withdraw(one!, 'test')).rejects.toThrow('full');
    expect(events).toEqual([]);
    expect(await permissions.list()).toHaveLength(1);
  });
});
