import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createGrantTools } from '../../../src/oauth/obtain.ts';
import { createInspector } from '../../../src/oauth/verify/inspector.ts';
import { createConsentStore } from '../../../src/consent/origins.ts';
import type { GrantContext } from '../../../src/token/grant.ts';
import { secretKey, tokenKey } from '../../../src/profile/key.ts';
import { noOptions, type ProfileOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { createSourceConsent } from '../../../src/consent/sources.ts';
import type { Token } from '../../../src/token/token.ts';
import { askerOf } from '../../token/sources/support.ts';
import { harness, HOUR, memoryValues, profileOf } from '../../token/support.ts';
import { signInProfile, signInWith } from '../signIns.ts';
import { contextOf, failureOf, json, listen, obtainer, obtainOptions, type TestServer } from '../support.ts';

// An issuer that publishes honest endpoints at first, and those of another server afterwards.

const never = new AbortController().signal;
const key = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

const servers: TestServer[] = [];
let issuer: string;
let honest: Receiver;
let other: Receiver;
/** What the issuer says now. */
let metadata: Record<string, unknown>;

beforeEach(async () => {
  honest = await startReceiver();
  other = await startReceiver();
  const server = await listen((_request, response) => json(response, 200, { issuer, ...metadata }));
  servers.push(server);
  issuer = server.origin;
  metadata = endpointsAt(honest.origin);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Receiver {
  readonly origin: string;
  readonly got: string[];
}

/** Takes whatever it is sent. */
async function startReceiver(): Promise<Receiver> {
  const got: string[] = [];
  const server = await listen((request, response, body) => {
    got.push(`${request.url ?? ''} ${credentialsOf(request)} ${body}`);
    json(response, 200, {
      access_token: 'issued',
      token_type: 'bearer',
      refresh_token: 'rotated-refresh-token',
      active: true,
    });
  });
  servers.push(server);
  return { origin: server.origin, got };
}

function credentialsOf({ headers }: IncomingMessage): string {
  return Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
}

function endpointsAt(origin: string): Record<string, unknown> {
  return {
    authorization_endpoint: `${origin}/authorize`,
    device_authorization_endpoint: `${origin}/device`,
    token_endpoint: `${origin}/token`,
    introspection_endpoint: `${origin}/introspect`,
    revocation_endpoint: `${origin}/revoke`,
  };
}

const exchangedToken: Token = {
  key: 'token:person:hash',
  name: 'person',
  accessToken: 'exchanged',
  refreshToken: 'exchanged-too',
  idToken: null,
  tokenType: 'bearer',
  scope: null,
  expiresAtMs: null,
  obtainedAtMs: 0,
  personal: null,
};

type Answers = Parameters<typeof askerOf>;

/** One computer: what it remembers outlasts each program that asks for a token. */
function computer(...answers: Answers) {
  const values = memoryValues();
  const { asker, questions } = askerOf(...answers);
  const consent = createSourceConsent({
    values,
    asker,
    hint: () => 'Agree.',
    notKept: (error) => expect.fail(String(error)),
  });
  const secret: GrantContext['secret'] = (kind) =>
    Promise.resolve(kind === 'private_key' ? key : 'a-secret-of-thirty-two-characters');
  return {
    values,
    questions,
    consent,
    /** Nothing but the memory is left of what was obtained before. */
    obtain: (profile: TokenProfile, context: Partial<GrantContext> = {}) =>
      obtainer({ clock: systemClock, consent })(profile, contextOf({ secret, ...context })),
    inspector: () =>
      createInspector(createGrantTools(obtainOptions({ consent })), {
        secret: (_profile, kind) => secret(kind),
        held: () => Promise.resolve(null),
      }),
  };
}

const questionAbout = (tokenName: string) => ({
  tokenName,
  subject: { kind: 'new_receiver', at: issuer, known: [honest.origin], receivers: [other.origin] },
});

describe('a refresh token whose issuer names another server afterwards', () => {
  const held = () => ({ refreshToken: 'held-refresh-token', receivers: [`${honest.origin}/token`] });

  it.each([
    ['authorization_code', { clientAuthentication: 'none' }, {}],
    ['device_code', { clientAuthentication: 'none' }, {}],
    ['refresh_token', { clientAuthentication: 'none' }, {}],
    ['refresh_token', { clientAuthentication: 'client_secret_post' }, {}],
    ['password', { clientAuthentication: 'none' }, { username: 'zoe' }],
  ] as const)('goes there only with the word of the person: %s', async (grant, changes, options) => {
    const profile = signInProfile(issuer, { grant, scope: '', ...changes, options });
    const { obtain, questions } = computer('refuse', 'once', 'remember');
    const first = await obtain(profile, held());
    expect([first.receivers, honest.got.length, questions]).toEqual([held().receivers, 1, []]);
    metadata = endpointsAt(other.origin);
    for (const waiting of [false, true]) {
      const error = await failureOf(obtain(profile, { ...held(), waiting }));
      expect([error.code, questions.length, other.got]).toEqual([
        'receiver_not_allowed',
        waiting ? 1 : 0,
        [],
      ]);
    }
    expect(questions).toMatchObject([questionAbout('person')]);
    await obtain(profile, held());
    await obtain(profile, held());
    // Allowed for good: no person waits.
    const { receivers } = await obtain(profile, { ...held(), waiting: false });
    expect(receivers).toEqual(held().receivers);
    expect([questions.length, other.got.length]).toEqual([3, 3]);
  });

  it('leads to no sign-in, which would be at that server', async () => {
    metadata = endpointsAt(other.origin);
    const opened: string[] = [];
    const signIn = signInWith((url) => opened.push(url));
    const { obtain } = computer('refuse');
    const error = await failureOf(obtain(signInProfile(issuer), { ...held(), signIn }));
    expect([error.code, opened, other.got]).toEqual(['receiver_not_allowed', [], []]);
  });

  it('that was stored before the servers were noted works, and is bound from then on', async () => {
    const profile = signInProfile(issuer, { scope: '' });
    const { obtain, questions } = computer();
    const { receivers } = await obtain(profile, { refreshToken: 'held-refresh-token' });
    expect(receivers).toEqual([
      `${honest.origin}/token`,
      `${honest.origin}/introspect`,
      `${honest.origin}/revoke`,
    ]);
    metadata = endpointsAt(other.origin);
    const error = await failureOf(obtain(profile, { refreshToken: 'rotated-refresh-token', receivers }));
    expect([error.code, questions.length, other.got]).toEqual(['receiver_not_allowed', 1, []]);
  });

  it('goes where its own server has another path, but not to another tenant there', async () => {
    const { obtain, questions } = computer();
    const profile = signInProfile(issuer, { scope: '' });
    const receivers = [`${honest.origin}/tenants/alice/oauth/token`];
    metadata = { token_endpoint: `${honest.origin}/tenants/alice/oauth2/v2/token` };
    await obtain(profile, { refreshToken: 'held-refresh-token', receivers });
    expect([questions, honest.got.length]).toEqual([[], 1]);
    metadata = { token_endpoint: `${honest.origin}/tenants/mallory/oauth/token` };
    const error = await failureOf(obtain(profile, { refreshToken: 'held-refresh-token', receivers }));
    expect(error.code).toBe('receiver_not_allowed');
    expect(questions).toMatchObject([
      { subject: { known: receivers, receivers: [`${honest.origin}/tenants/mallory/oauth/token`] } },
    ]);
    expect(honest.got.length).toBe(1);
  });

  it('stays where it is in the background, and in every program that reads the store', async () => {
    const { consent, questions } = computer();
    const profile = signInProfile(issuer, { grant: 'refresh_token', scope: '' });
    const obtain = obtainer({ clock: systemClock, consent });
    const h = harness({ obtain });
    await h.manager.add(profile, 'pasted-refresh-token');
    expect(await h.store.get(tokenKey(profile))).toMatchObject({
      refreshToken: 'rotated-refresh-token',
      receivers: [`${honest.origin}/token`, `${honest.origin}/introspect`, `${honest.origin}/revoke`],
    });
    await h.manager.acquire(profile);
    h.manager.dispose();
    metadata = endpointsAt(other.origin);
    const later = harness({ obtain: obtainer({ clock: systemClock, consent }), clock: h.clock });
    await later.store.set((await h.store.get(tokenKey(profile)))!);
    expect(await failureOf(later.manager.acquire(profile, { force: true }))).toMatchObject({
      code: 'receiver_not_allowed',
    });
    expect(questions).toMatchObject([questionAbout('person')]);
    await h.clock.advance(HOUR);
    expect([questions.length, other.got]).toEqual([1, []]);
    expect((await later.manager.peek(profile)).lastError?.code).toBe('receiver_not_allowed');
    // What a person pastes goes where the issuer says now, as the prompt does.
    await later.manager.add(profile, 'another-refresh-token');
    expect(other.got).toEqual([expect.stringContaining('another-refresh-token') as string]);
  });
});

describe('a secret of the client whose issuer names another server afterwards', () => {
  const profiles: readonly (readonly [string, Partial<TokenProfile>, Partial<ProfileOptions>])[] = [
    ['client_secret_basic', { clientAuthentication: 'client_secret_basic' }, {}],
    ['client_secret_post', { clientAuthentication: 'client_secret_post' }, {}],
    ['client_secret_jwt', { clientAuthentication: 'client_secret_jwt' }, {}],
    ['private_key_jwt', { clientAuthentication: 'private_key_jwt' }, {}],
    ['jwt_bearer', { grant: 'jwt_bearer', clientAuthentication: 'none' }, {}],
    ['password', { grant: 'password', clientAuthentication: 'none' }, { username: 'zoe' }],
    ['token_exchange', { grant: 'token_exchange' }, { subjectToken: 'person' }],
    ['authorization_code', { grant: 'authorization_code', clientAuthentication: 'client_secret_post' }, {}],
    ['device_code', { grant: 'device_code', clientAuthentication: 'client_secret_basic' }, {}],
  ];
  const exchanged = {
    otherToken: () =>
      Promise.resolve({
        token: exchangedToken,
        profile: profileOf({ issuer, origins: [...profileOf().origins, other.origin, honest.origin] }),
      }),
  };

  it.each(profiles)('goes there only with the word of the person: %s', async (_name, changes, options) => {
    const profile = profileOf({ issuer, ...changes, options: { ...noOptions, ...options } });
    const { obtain, questions, values } = computer('refuse', 'once');
    const opened: string[] = [];
    const asked: string[] = [];
    const signIn = signInWith((url) => opened.push(url));
    const person = { ...exchanged, signIn, signal: AbortSignal.timeout(300) };
    await obtain(profile, person).catch(() => undefined);
    expect(questions).toEqual([]);
    expect([...values.values.keys()].filter((name) => name.startsWith('receivers.')).length).toBe(1);
    opened.length = 0;
    metadata = endpointsAt(other.origin);
    const secret: GrantContext['secret'] = (kind) => {
      asked.push(kind);
      return Promise.resolve('never-sent');
    };
    const error = await failureOf(obtain(profile, { ...exchanged, signIn, secret }));
    expect([error.code, opened, asked, other.got]).toEqual(['receiver_not_allowed', [], [], []]);
    expect(questions).toMatchObject([questionAbout('viewer')]);
    await obtain(profile, { ...exchanged, signIn, signal: AbortSignal.timeout(300) }).catch(() => undefined);
    expect(opened.length + other.got.length).toBeGreaterThan(0);
    expect(questions.length).toBe(2);
  });

  it('is bound for every profile of that client, by whatever name, scope or grant', async () => {
    const { obtain, questions } = computer();
    await obtain(profileOf({ issuer }));
    metadata = endpointsAt(other.origin);
    for (const changes of [
      { name: 'again' },
      { scope: 'all' },
      { grant: 'refresh_token' },
      { grant: 'password', options: { ...noOptions, username: 'zoe' } },
    ] as const) {
      const error = await failureOf(
        obtain(profileOf({ issuer, ...changes }), { refreshToken: 'held-refresh-token' }),
      );
      expect(error.code).toBe('receiver_not_allowed');
    }
    expect([questions.length, other.got]).toEqual([4, []]);
  });

  it('that is deleted is bound to nothing any more', async () => {
    const { obtain, questions, values } = computer();
    await obtain(profileOf({ issuer }));
    await createConsentStore(values).forget(secretKey('client_secret', profileOf({ issuer })));
    metadata = endpointsAt(other.origin);
    await obtain(profileOf({ issuer }));
    expect([questions, other.got.length]).toEqual([[], 1]);
  });

  it('is not in the way of a client that proves nothing', async () => {
    const { obtain, questions, values } = computer();
    await obtain(profileOf({ issuer, clientAuthentication: 'none' }));
    metadata = endpointsAt(other.origin);
    await obtain(profileOf({ issuer, clientAuthentication: 'none' }));
    expect([questions, values.values.size]).toEqual([[], 0]);
  });
});

describe('a token that is exchanged', () => {
  it.each(['access_token', 'refresh_token'])('stays with the server that issued it: %s', async (type) => {
    const { obtain, questions } = computer();
    const person = signInProfile(issuer, { scope: '' });
    const profile = profileOf({
      name: 'downScoped',
      issuer,
      grant: 'token_exchange',
      clientAuthentication: 'none',
      origins: person.origins,
      options: {
        ...noOptions,
        subjectToken: 'person',
        subjectTokenType: `urn:ietf:params:oauth:token-type:${type}`,
      },
    });
    const token = { ...exchangedToken, receivers: [`${honest.origin}/token`] };
    const otherToken = () => Promise.resolve({ token, profile: person });
    await obtain(profile, { otherToken });
    expect(honest.got.length).toBe(1);
    metadata = endpointsAt(other.origin);
    expect((await failureOf(obtain(profile, { otherToken }))).code).toBe('receiver_not_allowed');
    expect(questions).toMatchObject([questionAbout('person')]);
    expect(other.got).toEqual([]);
  });
});

describe('a token that is introspected or revoked', () => {
  const token = { accessToken: 'a-token', refreshToken: 'a-refresh-token' };

  it.each(['public', 'confidential'])(
    'is shown only to the servers it was for: %s client',
    async (client) => {
      const profile = signInProfile(issuer, {
        clientAuthentication: client === 'public' ? 'none' : 'client_secret_post',
      });
      const { inspector, questions } = computer('refuse', 'refuse', 'once', 'once');
      const receivers = Object.values(endpointsAt(honest.origin)).map(String);
      const context = { interactive: true, signal: never, receivers };
      await inspector().introspect(profile, token.accessToken, context);
      await inspector().revoke(profile, token, context);
      const before = honest.got.length;
      // The pages and the token endpoint go with them: nothing in the metadata itself is strange.
      metadata = endpointsAt(other.origin);
      const use = [
        () => inspector().introspect(profile, token.accessToken, context),
        () => inspector().revoke(profile, token, context),
      ];
      for (const one of use) expect((await failureOf(one())).code).toBe('receiver_not_allowed');
      const quiet = { ...context, interactive: false };
      expect((await failureOf(inspector().introspect(profile, token.accessToken, quiet))).code).toBe(
        'receiver_not_allowed',
      );
      expect([other.got, honest.got.length - before, questions.length]).toEqual([[], 0, 2]);
      expect(questions).toMatchObject([questionAbout('person'), questionAbout('person')]);
      for (const one of use) await one();
      expect(other.got.length).toBeGreaterThan(1);
    },
  );

  it('that was stored before the servers were noted can be revoked', async () => {
    const { inspector, questions } = computer();
    const profile = signInProfile(issuer);
    await inspector().revoke(profile, token, { interactive: true, signal: never });
    expect([questions, honest.got.length > 0]).toEqual([[], true]);
  });

  it('is bound to an endpoint that was its own from the start, on whatever host', async () => {
    const { obtain, inspector, questions } = computer();
    metadata = {
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${honest.origin}/token`,
      revocation_endpoint: `${other.origin}/revoke`,
    };
    const profile = signInProfile(issuer, { scope: '' });
    const { receivers } = await obtain(profile, { refreshToken: 'held-refresh-token' });
    expect(receivers).toEqual([`${honest.origin}/token`, `${other.origin}/revoke`]);
    await inspector().revoke(profile, token, { interactive: true, signal: never, receivers });
    expect([questions, other.got.length > 0]).toEqual([[], true]);
  });
});
