import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGrantTools } from '../../../src/oauth/obtain.ts';
import { createInspector } from '../../../src/oauth/verify/inspector.ts';
import type { GrantContext } from '../../../src/token/grant.ts';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { createSourceConsent } from '../../../src/consent/sources.ts';
import { askerOf } from '../../token/sources/support.ts';
import { memoryValues, profileOf, staticProfile } from '../../token/support.ts';
import { signInWith } from '../signIns.ts';
import {
  contextOf,
  endpointProfile,
  failureOf,
  json,
  listen,
  obtainer,
  obtainOptions,
  type TestServer,
} from '../support.ts';

const REFRESH_TOKEN = 'urn:ietf:params:oauth:token-type:refresh_token';

let server: TestServer;
let bodies: string[] = [];
beforeAll(async () => {
  server = await listen((_request, response, body) => {
    bodies.push(body);
    json(response, 200, { access_token: 'issued', token_type: 'bearer', active: true });
  });
});
afterAll(() => server.close());
beforeEach(() => (bodies = []));

function consentOf(...answers: ('once' | 'remember' | 'refuse')[]) {
  const { asker, questions } = askerOf(...answers);
  const consent = createSourceConsent({
    values: memoryValues(),
    asker,
    hint: () => 'Agree.',
    notKept: () => undefined,
  });
  return { consent, questions };
}

const holding =
  (profile: TokenProfile): GrantContext['otherToken'] =>
  () =>
    Promise.resolve({
      profile,
      token: {
        key: 'k',
        name: profile.name,
        accessToken: 'subject-value',
        refreshToken: 'subject-refresh',
        idToken: null,
        tokenType: null,
        scope: null,
        expiresAtMs: null,
        obtainedAtMs: 0,
        personal: null,
      },
    });

const exchanger = (changes: Partial<TokenProfile> = {}, options: Partial<TokenProfile['options']> = {}) =>
  endpointProfile(`${server.origin}/token`, {
    name: 'exchanged',
    grant: 'token_exchange',
    clientId: null,
    clientAuthentication: 'none',
    options: { ...noOptions, subjectToken: 'subject', ...options },
    ...changes,
  });

describe('a token that is exchanged', () => {
  it.each(['static', 'command', 'keychain', 'editor_account', 'environment', 'self_signed'] as const)(
    'of the grant %s goes to its own origins only, whatever issuer the file names',
    async (grant) => {
      for (const named of [{ issuer: server.origin }, { tokenEndpoint: `${server.origin}/token` }]) {
        const subject = staticProfile({ name: 'subject', grant, ...named });
        const error = await failureOf(obtainer()(exchanger(), contextOf({ otherToken: holding(subject) })));
        expect(error.code).toBe('origin_not_allowed');
      }
      expect(bodies).toEqual([]);
    },
  );

  it('is shown as a refresh token to its own authorization server alone', async () => {
    const ofApi = profileOf({ name: 'subject', origins: [server.origin] });
    const asked = exchanger({ origins: [server.origin] }, { subjectTokenType: REFRESH_TOKEN });
    const error = await failureOf(obtainer()(asked, contextOf({ otherToken: holding(ofApi) })));
    expect(error.code).toBe('origin_not_allowed');
    expect(bodies).toEqual([]);
    const own = endpointProfile(`${server.origin}/token`, { name: 'subject', origins: [server.origin] });
    await obtainer()(asked, contextOf({ otherToken: holding(own) }));
    expect(new URLSearchParams(bodies[0]).get('subject_token')).toBe('subject-refresh');
  });

  it('brings a token for other origins only after the person allowed them', async () => {
    const subject = profileOf({ name: 'subject', origins: [server.origin] });
    const context = contextOf({ otherToken: holding(subject) });
    const refusing = consentOf('refuse');
    const parent = exchanger({ origins: [server.origin, 'https://evil.example'] });
    const error = await failureOf(obtainer({ consent: refusing.consent })(parent, context));
    expect(error.code).toBe('access_denied');
    expect(bodies).toEqual([]);
    expect(refusing.questions).toMatchObject([
      {
        tokenName: 'exchanged',
        subject: { kind: 'exchange', tokens: ['subject'] },
        origins: [server.origin, 'https://evil.example'],
      },
    ]);

    const agreeing = consentOf('remember');
    const obtain = obtainer({ consent: agreeing.consent });
    await obtain(parent, context);
    await obtain(parent, context);
    expect(agreeing.questions.length).toBe(1);
    expect(bodies.length).toBe(2);
  });

  it('is nothing to ask about where the new one goes nowhere else', async () => {
    const { consent, questions } = consentOf();
    const subject = profileOf({ name: 'subject', origins: [server.origin, 'https://api.example.com'] });
    const asked = exchanger({ origins: [server.origin.toUpperCase()] });
    await obtainer({ consent })(asked, contextOf({ otherToken: holding(subject) }));
    expect(questions).toEqual([]);
  });
});

describe('a sign-in', () => {
  const signIn = { ...signInWith(() => Promise.reject(new Error('must not be opened'))) };
  const page = 'https://id.example.com';

  it.each([
    ['authorization_code', { authorizationEndpoint: `${page}/authorize` }],
    ['device_code', { deviceAuthorizationEndpoint: `${page}/device` }],
  ] as const)(
    'by %s at one server and redeemed at another begins after the person allowed it',
    async (grant, named) => {
      const { consent, questions } = consentOf('refuse');
      const profile = endpointProfile(`${server.origin}/token`, {
        grant,
        clientAuthentication: 'none',
        options: { ...noOptions, ...named },
      });
      const error = await failureOf(obtainer({ consent })(profile, contextOf({ signIn })));
      expect(error.code).toBe('receiver_not_allowed');
      expect(questions).toMatchObject([
        {
          subject: { kind: 'sign_in', at: page, redeemedAt: server.origin, receivers: [server.origin] },
          origins: profile.origins,
        },
      ]);
      expect(bodies).toEqual([]);
    },
  );
});

describe('a key file', () => {
  let folder = '';
  let keyFile = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyturn-key-'));
    keyFile = join(folder, 'key.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const grants: readonly (readonly [string, Partial<TokenProfile>])[] = [
    ['a client that proves itself', { clientAuthentication: 'private_key_jwt' }],
    ['an assertion', { grant: 'jwt_bearer', clientAuthentication: 'none' }],
    ['a token of our own', { grant: 'self_signed', clientAuthentication: 'none' }],
  ];

  it.each(grants)('signs for %s only after the person allowed it', async (_name, changes) => {
    const profile = endpointProfile(`${server.origin}/token`, {
      issuer: server.origin,
      options: { ...noOptions, keyFile },
      ...changes,
    });
    const reads: string[] = [];
    const files = {
      readText: async (path: string) => {
        reads.push(path);
        const { readFile } = await import('node:fs/promises');
        return readFile(path, 'utf8');
      },
    };
    const { consent, questions } = consentOf('refuse', 'remember', 'refuse');
    const obtain = obtainer({ consent, files });
    expect((await failureOf(obtain(profile, contextOf()))).code).toBe('access_denied');
    expect(reads).toEqual([]);
    expect(bodies).toEqual([]);
    expect(questions[0]?.subject).toEqual({
      kind: 'key_file',
      path: keyFile,
      servers: [server.origin, `${server.origin}/token`],
    });
    await obtain(profile, contextOf());
    await obtain(profile, contextOf());
    expect(questions.length).toBe(2);
    const elsewhere = { ...profile, tokenEndpoint: 'https://evil.example/token' };
    expect((await failureOf(obtain(elsewhere, contextOf()))).code).toBe('access_denied');
    expect(questions.length).toBe(3);
  });

  it('signs nothing that is good at a server which the question does not name', async () => {
    const { consent, questions } = consentOf('refuse');
    const profile = endpointProfile(`${server.origin}/token`, {
      grant: 'jwt_bearer',
      clientAuthentication: 'none',
      options: { ...noOptions, keyFile, claims: { aud: ['https://honest.example/token', 'a-name'] } },
    });
    expect((await failureOf(obtainer({ consent })(profile, contextOf()))).code).toBe('access_denied');
    expect(questions[0]?.subject).toMatchObject({
      kind: 'key_file',
      servers: [`${server.origin}/token`, 'https://honest.example/token'],
    });
  });

  it('is not read in the background, nor to ask about a token, without that', async () => {
    const { consent, questions } = consentOf();
    const profile = endpointProfile(`${server.origin}/token`, {
      clientAuthentication: 'private_key_jwt',
      options: { ...noOptions, keyFile, introspectionEndpoint: `${server.origin}/introspect` },
    });
    const waiting = contextOf({ waiting: false });
    expect((await failureOf(obtainer({ consent })(profile, waiting))).code).toBe('access_denied');
    const inspector = createInspector(createGrantTools(obtainOptions({ consent })), {
      secret: () => Promise.resolve('unused'),
      held: () => Promise.resolve(null),
    });
    const context = { interactive: false, signal: new AbortController().signal };
    expect((await failureOf(inspector.introspect(profile, 'token', context))).code).toBe('access_denied');
    const token = { accessToken: 'token', refreshToken: null };
    expect((await failureOf(inspector.revoke(profile, token, context))).code).toBe('access_denied');
    expect(questions).toEqual([]);
    expect(bodies).toEqual([]);
  });
});
