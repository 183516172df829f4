import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { createConsentStore } from '../../src/consent/origins.ts';
import { Permissions, permissionText } from '../../src/consent/permissions.ts';
import type { AskedSecret } from '../../src/profile/key.ts';
import { secretKey, tokenKey } from '../../src/profile/key.ts';
import { downScopedProfile } from '../../src/token/downScoped.ts';
import { type PlaceQuestion, TokenPlaces, type TokenPlacesOptions } from '../../src/consent/places.ts';
import { noOptions, pastedProfile, type TokenProfile } from '../../src/profile/profile.ts';
import { InspectionSecrets } from '../../src/oauth/verify/inspectionSecrets.ts';
import { harness, memoryValues, profileOf, settled, staticProfile } from '../token/support.ts';

const HOME = 'file:///home/work/keyturn.json';
const AWAY = 'file:///tmp/evil/keyturn.json';

/** Files lie in the folder that the first part of their path names. */
const foldersOf = (file: string | null) =>
  file === null ? ['file:///home', 'file:///second'] : [/^file:\/\/\/\w+/.exec(file)?.[0] ?? file];

function setUp(answer: (question: PlaceQuestion) => Promise<boolean> = () => Promise.resolve(true)) {
  const values = memoryValues();
  const questions: PlaceQuestion[] = [];
  const events: AuditEvent[] = [];
  const placesWith = (consent: TokenPlacesOptions['consent']) =>
    new TokenPlaces({
      consent,
      foldersOf,
      ask: (question) => {
        questions.push(question);
        return answer(question);
      },
      audit: { record: (event) => void events.push(event) },
    });
  const places = () => placesWith(createConsentStore(values));
  return { ...harness({ places: places() }), places, placesWith, values, questions, events };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof KeyturnError ? error.code : 'other'),
  );

describe('a token that is held for one keyturn.json', () => {
  it('is used from there without a question, and from another file only after one', async () => {
    const { manager, calls, questions } = setUp();
    await manager.acquire(profileOf({ declaredIn: HOME }));
    await manager.acquire(profileOf({ declaredIn: HOME }));
    expect(questions).toEqual([]);
    await manager.acquire(profileOf({ declaredIn: AWAY }));
    await manager.acquire(profileOf({ declaredIn: AWAY }));
    await manager.acquire(profileOf({ declaredIn: HOME }));
    expect(questions).toEqual([
      {
        tokenName: 'viewer',
        place: AWAY,
        known: [HOME],
        origins: ['https://api.example.com'],
        secrets: [],
      },
    ]);
    expect(calls.length).toBe(1);
  });

  it('is not handed out, nor obtained anew, when the person says no', async () => {
    const { manager, calls, questions } = setUp(() => Promise.resolve(false));
    await manager.acquire(profileOf({ declaredIn: HOME }));
    const elsewhere = profileOf({ declaredIn: AWAY });
    expect(await codeOf(manager.acquire(elsewhere))).toBe('access_denied');
    expect(await codeOf(manager.acquire(elsewhere, { force: true }))).toBe('access_denied');
    expect(await codeOf(manager.acquire(downScopedProfile(elsewhere, 'reports:write')))).toBe(
      'access_denied',
    );
    expect(questions.length).toBe(3);
    expect(calls.length).toBe(1);
    await manager.acquire(profileOf({ declaredIn: HOME }));
  });

  it('is asked about in one question for all who wait, and remembered by later sessions', async () => {
    let agree: (yes: boolean) => void = () => undefined;
    const answer = new Promise<boolean>((resolve) => (agree = resolve));
    const { manager, places, questions } = setUp(() => answer);
    await manager.acquire(profileOf({ declaredIn: HOME }));
    const elsewhere = profileOf({ declaredIn: AWAY });
    const all = Promise.all(Array.from({ length: 100 }, () => manager.acquire(elsewhere)));
    await new Promise((resolve) => setImmediate(resolve));
    agree(true);
    expect((await all).length).toBe(100);
    expect(questions.length).toBe(1);
    await places().require(elsewhere);
    expect(questions.length).toBe(1);
  });

  it('is asked about again once that is withdrawn, in the very same window and in the last place', async () => {
    const { manager, values, questions } = setUp();
    const consent = createConsentStore(values);
    const [here, elsewhere] = [profileOf({ declaredIn: HOME }), profileOf({ declaredIn: AWAY })];
    await manager.acquire(here);
    await manager.acquire(elsewhere);
    await consent.withdrawPlace(tokenKey(here), AWAY);
    await manager.acquire(elsewhere);
    expect(questions.length).toBe(2);
    for (const place of [HOME, AWAY]) await consent.withdrawPlace(tokenKey(here), place);
    await manager.acquire(here);
    expect(questions.map(({ place }) => place)).toEqual([AWAY, AWAY, HOME]);
    expect(await consent.places(tokenKey(here))).toEqual([HOME]);
  });

  it('is told to the audit where the person allowed it, and not where it began', async () => {
    const { places, events } = setUp();
    const uses = places();
    await uses.obtained(profileOf({ declaredIn: HOME }));
    await uses.require(profileOf({ declaredIn: AWAY }), { cause: '/w/a.http:3' });
    await uses.require(profileOf({ declaredIn: AWAY }), { cause: '/w/a.http:3' });
    expect(events).toMatchObject([
      { action: 'allowed', tokenName: 'viewer', cause: '/w/a.http:3', detail: `use from ${AWAY}` },
    ]);
  });

  it('is asked about once in a window whose store keeps no answer', async () => {
    const { questions, placesWith } = setUp();
    const uses = placesWith({
      places: () => Promise.resolve([HOME]),
      rememberPlace: () => Promise.reject(new Error('full')),
    });
    for (let i = 0; i < 3; i++) await uses.require(profileOf({ declaredIn: AWAY }));
    expect(questions.length).toBe(1);
  });

  it('is not bound to a file that could not obtain it', async () => {
    const { manager, server, result, questions } = setUp();
    server.answer = () => Promise.reject(new KeyturnError('access_denied', 'No.'));
    expect(await codeOf(manager.acquire(profileOf({ declaredIn: AWAY })))).toBe('access_denied');
    server.answer = () => Promise.resolve(result());
    await manager.acquire(profileOf({ declaredIn: HOME }));
    expect(questions).toEqual([]);
    await manager.acquire(profileOf({ declaredIn: AWAY }));
    expect(questions.length).toBe(1);
  });

  it('is asked about where another file exchanges it', async () => {
    const subject = (declaredIn: string) => profileOf({ declaredIn });
    const exchanger: TokenProfile = profileOf({ name: 'x', grant: 'token_exchange', declaredIn: AWAY });
    const { places, options, questions } = setUp(() => Promise.resolve(false));
    const h = harness({
      ...options,
      places: places(),
      findProfile: () => Promise.resolve(subject(AWAY)),
      obtain: async (profile, context) => {
        if (profile.grant === 'token_exchange') await context.otherToken('viewer');
        return h.result();
      },
    });
    await h.manager.acquire(subject(HOME));
    expect(await codeOf(h.manager.acquire(exchanger))).toBe('access_denied');
    expect(questions.map(({ tokenName, place }) => [tokenName, place])).toEqual([['viewer', AWAY]]);
  });

  it('is none of its business where the person allowed the source itself', async () => {
    const { manager, questions } = setUp();
    for (const declaredIn of [HOME, AWAY]) await manager.acquire(profileOf({ grant: 'command', declaredIn }));
    expect(questions).toEqual([]);
  });
});

describe('a secret that is stored', () => {
  /** The person enters each secret once; the server asks for those that `kinds` names. */
  function withSecrets(
    kinds: readonly AskedSecret[],
    answer?: (question: PlaceQuestion) => Promise<boolean>,
  ) {
    const set = setUp(answer);
    const entered: AskedSecret[] = [];
    const sent: string[] = [];
    const h = harness({
      ...set.options,
      askSecret: (_, { kind }) => {
        entered.push(kind);
        return Promise.resolve(`entered-${kind}`);
      },
      obtain: async ({ name }, context) => {
        for (const kind of kinds) sent.push(`${name} ${await context.secret(kind)}`);
        return h.result();
      },
    });
    return { ...set, ...h, entered, sent };
  }

  const here = profileOf({ declaredIn: HOME });
  const OTHERS: readonly (readonly [string, Partial<TokenProfile>])[] = [
    ['another name', { name: 'other' }],
    ['more scope', { scope: 'reports:read admin' }],
    ['another audience', { audience: 'https://far.example.com' }],
    ['another grant', { grant: 'token_exchange' }],
    ['another way to be sent', { sendAs: { header: 'X-Key' }, name: 'header' }],
    ['another client authentication', { clientAuthentication: 'client_secret_post', name: 'post' }],
  ];

  it.each(OTHERS)('is used elsewhere only after a question, for a profile with %s', async (_, changes) => {
    const { manager, questions, sent, entered } = withSecrets(['client_secret'], () =>
      Promise.resolve(false),
    );
    await manager.acquire(here);
    expect(entered).toEqual(['client_secret']);
    const away = profileOf({ ...changes, declaredIn: AWAY });
    expect(await codeOf(manager.acquire(away))).toBe('access_denied');
    expect(sent).toHaveLength(1);
    expect(questions).toMatchObject([{ place: AWAY, known: [HOME], secrets: ['client_secret'] }]);
    // The place that stored it is asked nothing, whatever it calls the token.
    await manager.acquire(profileOf({ ...changes, declaredIn: HOME }));
    expect(questions).toHaveLength(1);
  });

  it.each([
    ['a password', ['password'], { grant: 'password', options: { ...noOptions, username: 'zoe' } }],
    ['a private key', ['private_key'], { clientAuthentication: 'private_key_jwt' }],
    [
      'several',
      ['client_secret', 'password'],
      { grant: 'password', options: { ...noOptions, username: 'zoe' } },
    ],
  ] as const)('of every kind: %s', async (_, kinds, changes) => {
    const { manager, questions, sent } = withSecrets(kinds, () => Promise.resolve(false));
    await manager.acquire(profileOf({ ...changes, declaredIn: HOME }));
    expect(await codeOf(manager.acquire(profileOf({ ...changes, name: 'other', declaredIn: AWAY })))).toBe(
      'access_denied',
    );
    expect(sent).toHaveLength(kinds.length);
    expect(questions.map(({ secrets }) => secrets)).toEqual([kinds]);
  });

  it('is asked about once, in one question with its token, and remembered', async () => {
    const { manager, questions, sent, values } = withSecrets(['client_secret']);
    await manager.acquire(here);
    const away = profileOf({ declaredIn: AWAY });
    await manager.acquire(away, { force: true });
    await manager.acquire(profileOf({ name: 'other', declaredIn: AWAY }));
    expect(questions).toMatchObject([{ known: [HOME], secrets: ['client_secret'] }]);
    expect(sent).toHaveLength(3);
    const permissions = await new Permissions(values, { record: () => undefined }).list();
    expect(permissions.map((one) => [one.tokenName, permissionText(one)])).toContainEqual([
      'viewer',
      `use of the client secret from ${AWAY}`,
    ]);
    for (const one of permissions)
      await new Permissions(values, { record: () => undefined }).withdraw(one, '');
    await manager.acquire(away, { force: true });
    expect(questions).toHaveLength(2);
  });

  it('whose places were not noted is asked about, and not in the background', async () => {
    const { manager, questions, places, options, redactor } = withSecrets(['client_secret']);
    await options.store.setSecret(secretKey('client_secret', here), 'stored-before');
    const secrets = new InspectionSecrets({ ...options, redactor, places: places() });
    expect(await codeOf(secrets.secret(here, 'client_secret', false))).toBe('access_denied');
    expect(questions).toEqual([]);
    await manager.acquire(here);
    expect(questions).toMatchObject([{ place: HOME, known: [], secrets: ['client_secret'] }]);
    expect(await secrets.secret(here, 'client_secret', false)).toBe('stored-before');
  });

  it('is asked about by all who wait for it one after the other', async () => {
    const open: ((yes: boolean) => void)[] = [];
    const { manager, questions } = withSecrets(
      ['client_secret'],
      () => new Promise((resolve) => open.push(resolve)),
    );
    await manager.acquire(here);
    const all = ['a', 'b', 'c'].map((name) => manager.acquire(profileOf({ name, declaredIn: AWAY })));
    await settled();
    expect(open).toHaveLength(1);
    open[0]?.(true);
    await Promise.all(all);
    expect(questions).toHaveLength(1);
  });

  it('comes with no token of another place that was obtained meanwhile', async () => {
    const { manager, server, result, questions } = setUp(() => Promise.resolve(false));
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    server.answer = async () => {
      await gate;
      return result();
    };
    const both = [HOME, AWAY].map((declaredIn) => codeOf(manager.acquire(profileOf({ declaredIn }))));
    await settled();
    open();
    expect(await Promise.all(both)).toEqual([null, 'access_denied']);
    expect(questions.map(({ place }) => place)).toEqual([AWAY]);
  });
});

describe('a token that was pasted', () => {
  const pasted = pastedProfile('mine', ['https://api.example.com'], { scheme: 'Bearer' });

  it('is used in the folders that were open then, and elsewhere only after a question', async () => {
    const { manager, questions } = setUp();
    await manager.add(pasted, 'a-pasted-value');
    await manager.acquire(pasted, { file: 'file:///home/a.http' });
    await manager.acquire(pasted, { file: 'file:///second/b/c.http' });
    expect(questions).toEqual([]);
    await manager.acquire(pasted, { file: 'file:///third/d.http' });
    await manager.acquire(pasted, { file: 'file:///third/e.http' });
    expect(questions.map(({ place }) => place)).toEqual(['file:///third']);
  });

  it('belongs to whatever file it was pasted for, though another was there before', async () => {
    const { manager, questions } = setUp();
    const declared = (declaredIn: string) => staticProfile({ declaredIn });
    await manager.add(declared(HOME), 'a-pasted-value');
    await manager.add(declared(AWAY), 'another-value');
    await manager.acquire(declared(AWAY));
    await manager.acquire(declared(HOME));
    expect(questions).toEqual([]);
  });

  it('without a use yet belongs to the first place that uses it', async () => {
    const { options, manager: first, places, questions } = setUp();
    const { manager } = harness({ store: options.store });
    await manager.add(pasted, 'a-pasted-value');
    await first.acquire(pasted, { file: 'file:///third/d.http' });
    await first.acquire(pasted, { file: 'file:///home/a.http' });
    expect(questions.map(({ place }) => place)).toEqual(['file:///home']);
    await places().require(pasted, { file: 'file:///third/f.http' });
    expect(questions.length).toBe(1);
  });
});

it("a token of another tool's file belongs to the folder of that file", async () => {
  const { manager, questions } = setUp();
  const of = (declaredIn: string) => profileOf({ declaredIn });
  await manager.acquire(of('file:///home/a.http'));
  await manager.acquire(of('file:///home/b/c.http'));
  expect(questions).toEqual([]);
  await manager.acquire(of('file:///evil/a.http'));
  expect(questions.map(({ place }) => place)).toEqual(['file:///evil']);
});

it('what is stored and is no list of places counts as none', async () => {
  const values = memoryValues();
  values.values.set(`places.${tokenKey(profileOf())}`, 'everywhere');
  expect(await createConsentStore(values).places(tokenKey(profileOf()))).toEqual([]);
});
