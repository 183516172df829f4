import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApiSignIn } from '../../src/oauth/apiSignIn.ts';
import { createDiscovery, type AuthorizationServer } from '../../src/oauth/server/discovery.ts';
import { createGrantTools } from '../../src/oauth/obtain.ts';
import { createInspector } from '../../src/oauth/verify/inspector.ts';
import type { Grant, ProfileOptions, TokenProfile } from '../../src/profile/profile.ts';
import { profileOf, TestClock } from '../token/support.ts';
import { answerTo, anyPerson, closeServers, consentOf, servers, startAttacker } from './attacker.ts';
import { Browser, signInAs } from './browser.ts';
import { startSandboxServers, type SandboxServers } from './sandboxServers.ts';
import { obtainAs, signInProfile, signInWith } from './signIns.ts';
import { failureOf, json, listen, obtainOptions } from './support.ts';

// RFC 9700 section 4.4: an attacker's server leads to the page of an honest one, a real provider, and wants what comes of it.

const never = new AbortController().signal;

let honest: SandboxServers;
let honestServer: AuthorizationServer;
beforeAll(async () => {
  honest = await startSandboxServers();
  const mask = (text: string) => text;
  const discovery = createDiscovery({ fetch, clock: new TestClock(), mask, timeoutMs: 5000 });
  honestServer = await discovery.find(honest.issuer, never);
});
afterAll(() => honest.close());

afterEach(closeServers);

interface Attempt {
  readonly profile: TokenProfile;
  readonly answers?: ('once' | 'remember' | 'refuse')[];
}

/** Obtains a token as the person says, and tells what was asked, opened and wanted. */
function attempt({ profile, answers = [] }: Attempt) {
  const { consent, questions } = consentOf(...answers);
  const { opened, codes, signIn } = anyPerson();
  const secrets: string[] = [];
  const secret = (kind: string) => {
    secrets.push(kind);
    return Promise.resolve('MY-SECRET');
  };
  const ended = AbortSignal.timeout(3000);
  const outcome = obtainAs(profile, signIn, { secret, signal: ended }, { consent });
  return { outcome, questions, opened, codes, secrets };
}

const atHonestPage = (server: AuthorizationServer) => ({
  authorization_endpoint: server.authorization_endpoint,
  device_authorization_endpoint: server.device_authorization_endpoint,
});

describe('a sign-in that an attacker leads to an honest page', () => {
  const codes: readonly (readonly [string, Partial<ProfileOptions>])[] = [
    ['a listener', { redirectUri: 'loopback' }],
    ['the editor', { redirectUri: 'editor' }],
    ['a listener, without a word to the person', { redirectUri: 'loopback', prompt: 'none' }],
  ];
  it.each(codes)(
    'with a code that comes back to %s is not begun without the person',
    async (_name, options) => {
      for (const pushed of [false, true]) {
        const attacker = await startAttacker((origin) => ({
          ...atHonestPage(honestServer),
          token_endpoint: `${origin}/token`,
          ...(pushed ? { pushed_authorization_request_endpoint: `${origin}/par` } : {}),
        }));
        const profile = signInProfile(attacker.origin, { scope: 'reports:read', options });
        const { outcome, questions, opened, secrets } = attempt({ profile });
        expect(await failureOf(outcome)).toMatchObject({ code: 'receiver_not_allowed' });
        expect(questions).toMatchObject([
          {
            tokenName: 'person',
            subject: {
              kind: 'sign_in',
              at: honest.issuer,
              redeemedAt: attacker.origin,
              receivers: [attacker.origin],
              issuer: attacker.origin,
              hasPage: true,
            },
          },
        ]);
        expect([opened, secrets, attacker.got]).toEqual([[], [], []]);
      }
    },
  );

  it('hands the code over only after the person allowed it', async () => {
    // It does not say who it is when the browser comes back (RFC 9207), as most servers.
    const silent = await listen((request, response) => {
      const asked = new URL(request.url ?? '', 'http://localhost').searchParams;
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code: 'a-code', state: asked.get('state') ?? '' }).toString();
      response.writeHead(302, { location: back.href }).end();
    });
    servers.push(silent);
    const attacker = await startAttacker((origin) => ({
      authorization_endpoint: `${silent.origin}/authorize`,
      token_endpoint: `${origin}/token`,
    }));
    const profile = signInProfile(attacker.origin, { scope: 'reports:read' });
    const refused = attempt({ profile });
    await failureOf(refused.outcome);
    expect(attacker.got).toEqual([]);
    const { outcome, questions } = attempt({ profile, answers: ['once'] });
    expect((await outcome).accessToken).toBe('issued');
    expect(questions.length).toBe(1);
    expect(attacker.got).toEqual([expect.stringContaining('code=a-code') as string]);
  });

  it('is refused all the same where the honest server says that the answer is its own', async () => {
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(honestServer),
      token_endpoint: `${origin}/token`,
    }));
    const profile = signInProfile(attacker.origin, { scope: 'reports:read' });
    const { outcome } = attempt({ profile, answers: ['once'] });
    expect((await failureOf(outcome)).code).toBe('issuer_mismatch');
    expect(attacker.got).toEqual([]);
  });

  it('is asked about where only its pushed request goes elsewhere', async () => {
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(honestServer),
      token_endpoint: honestServer.token_endpoint,
      pushed_authorization_request_endpoint: `${origin}/par`,
    }));
    const profile = signInProfile(attacker.origin, { scope: 'reports:read' });
    const { outcome, questions, opened } = attempt({ profile });
    expect(await failureOf(outcome)).toMatchObject({ code: 'receiver_not_allowed' });
    expect(questions[0]?.subject).toMatchObject({ at: honest.issuer, receivers: [attacker.origin] });
    expect([opened, attacker.got]).toEqual([[], []]);
  });

  it('names every server that would get something', async () => {
    const other = await startAttacker(() => ({}));
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(honestServer),
      token_endpoint: `${origin}/token`,
      pushed_authorization_request_endpoint: `${other.origin}/par`,
    }));
    const { outcome, questions } = attempt({ profile: signInProfile(attacker.origin, { scope: '' }) });
    await failureOf(outcome);
    expect(questions[0]?.subject).toMatchObject({ receivers: [attacker.origin, other.origin] });
  });

  it('with a device code asks for no code without the person', async () => {
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(honestServer),
      token_endpoint: `${origin}/token`,
    }));
    const profile = signInProfile(attacker.origin, { grant: 'device_code', clientId: 'device', scope: '' });
    const before = honest.asked('POST /device/auth');
    const { outcome, questions, codes: shown } = attempt({ profile });
    expect(await failureOf(outcome)).toMatchObject({ code: 'receiver_not_allowed' });
    expect(questions[0]?.subject).toMatchObject({ at: honest.issuer, redeemedAt: attacker.origin });
    expect([shown, attacker.got, honest.asked('POST /device/auth') - before]).toEqual([[], [], 0]);
  });

  it('keeps the servers that were looked at, whatever the metadata say a moment later', async () => {
    // Honest at first; what is asked for later would be sent to the attacker.
    const attacker = await startAttacker((origin, count) => ({
      ...atHonestPage(honestServer),
      token_endpoint: count === 1 ? honestServer.token_endpoint : `${origin}/token`,
    }));
    const clock = new TestClock();
    clock.nowMs = Date.now();
    const { signIn } = anyPerson();
    const opening = {
      ...signIn,
      openBrowser: async (url: string) => {
        clock.nowMs += 2 * 60 * 60_000;
        await signIn.openBrowser(url);
      },
    };
    const profile = signInProfile(attacker.origin, { scope: 'reports:read' });
    await obtainAs(profile, opening, {}, { clock }).catch(() => undefined);
    expect(attacker.got).toEqual([]);
  });
});

describe('a page that sends the browser on to an honest server', () => {
  it('gets no code where that server says that the answer is its own, with and without an issuer', async () => {
    const attacker = await startAttacker((origin) => ({
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
    }));
    for (const issuer of [attacker.origin, null]) {
      const profile = signInProfile('', {
        issuer,
        scope: 'reports:read',
        tokenEndpoint: `${attacker.origin}/token`,
        options: { authorizationEndpoint: `${attacker.origin}/authorize` },
      });
      // What its page does: the same request, at the honest server.
      const signIn = signInWith((url) => {
        const onward = new URL(honestServer.authorization_endpoint ?? '');
        onward.search = new URL(url).search;
        return signInAs(new Browser(), onward.href, 'viewer');
      });
      const error = await failureOf(obtainAs(profile, signIn, { signal: AbortSignal.timeout(5000) }));
      expect(error.code).toBe('issuer_mismatch');
    }
    expect(attacker.got).toEqual([]);
  });
});

describe('the page at which a device code is entered', () => {
  it('is asked about where it is that of another server, before it is shown', async () => {
    const attacker = await startAttacker((origin) => ({
      device_authorization_endpoint: `${origin}/code`,
      token_endpoint: `${origin}/token`,
    }));
    const device = await startAttacker(() => ({}));
    const relay = await listen((request, response) => {
      json(
        response,
        200,
        request.method === 'GET'
          ? {
              issuer: relay.origin,
              device_authorization_endpoint: `${relay.origin}/code`,
              token_endpoint: `${relay.origin}/token`,
            }
          : { ...answerTo('/device', honest.issuer), verification_uri_complete: `${device.origin}/enter` },
      );
    });
    servers.push(relay);
    const profile = signInProfile(relay.origin, { grant: 'device_code', scope: '' });
    const { outcome, questions, codes } = attempt({ profile });
    expect(await failureOf(outcome)).toMatchObject({ code: 'receiver_not_allowed' });
    expect(questions[0]?.subject).toMatchObject({
      at: honest.issuer,
      redeemedAt: relay.origin,
      receivers: [relay.origin],
    });
    expect(codes).toEqual([]);
    expect(attacker.got).toEqual([]);
  });
});

describe('an honest issuer beside endpoints of the file', () => {
  const named = (
    origin: string,
  ): readonly (readonly [Grant, Partial<TokenProfile>, Partial<ProfileOptions>])[] => [
    [
      'client_credentials',
      { tokenEndpoint: `${origin}/token`, clientAuthentication: 'client_secret_basic' },
      {},
    ],
    [
      'client_credentials',
      { tokenEndpoint: `${origin}/token`, clientAuthentication: 'client_secret_post' },
      {},
    ],
    [
      'client_credentials',
      { tokenEndpoint: `${origin}/token`, clientAuthentication: 'client_secret_jwt' },
      {},
    ],
    ['client_credentials', { tokenEndpoint: `${origin}/token`, clientAuthentication: 'private_key_jwt' }, {}],
    ['password', { tokenEndpoint: `${origin}/token` }, { username: 'zoe' }],
    ['jwt_bearer', { tokenEndpoint: `${origin}/token` }, {}],
    ['token_exchange', { tokenEndpoint: `${origin}/token` }, { subjectToken: 'person' }],
    ['refresh_token', { tokenEndpoint: `${origin}/token` }, {}],
    ['authorization_code', { tokenEndpoint: `${origin}/token` }, {}],
    ['authorization_code', {}, { authorizationEndpoint: `${origin}/authorize` }],
    [
      'authorization_code',
      { tokenEndpoint: `${origin}/token` },
      { authorizationEndpoint: `${origin}/authorize` },
    ],
    ['device_code', { tokenEndpoint: `${origin}/token` }, {}],
    [
      'device_code',
      { clientAuthentication: 'client_secret_basic' },
      { deviceAuthorizationEndpoint: `${origin}/device` },
    ],
  ];

  it('gets nothing there, and asks for no secret, without the person', async () => {
    const attacker = await startAttacker(() => ({}));
    for (const [grant, changes, options] of named(attacker.origin)) {
      const profile = signInProfile(honest.issuer, { grant, scope: '', ...changes, options });
      const { outcome, questions, opened, secrets } = attempt({ profile });
      expect(await failureOf(outcome), grant).toMatchObject({ code: 'receiver_not_allowed' });
      expect(questions, grant).toMatchObject([{ subject: { kind: 'sign_in', issuer: honest.issuer } }]);
      expect(JSON.stringify(questions), grant).toContain(attacker.origin);
      expect([opened, secrets, attacker.got], grant).toEqual([[], [], []]);
    }
  });

  it('is asked about once where the person allows it for good, and then sent there', async () => {
    const attacker = await startAttacker(() => ({}));
    const { consent, questions } = consentOf('remember');
    const profile = profileOf({ issuer: honest.issuer, tokenEndpoint: `${attacker.origin}/token` });
    for (const secret of ['one', 'two']) {
      await obtainAs(profile, null, { secret: () => Promise.resolve(secret) }, { consent });
    }
    expect(questions).toMatchObject([
      { subject: { at: honest.issuer, redeemedAt: attacker.origin, hasPage: false } },
    ]);
    expect(attacker.got.map((one) => one.includes('viewer:'))).toEqual([true, true]);
  });

  it('is used in the background only where the person allowed it for good', async () => {
    const attacker = await startAttacker(() => ({}));
    const { consent, questions } = consentOf();
    const profile = profileOf({ issuer: honest.issuer, tokenEndpoint: `${attacker.origin}/token` });
    const error = await failureOf(obtainAs(profile, null, { waiting: false }, { consent }));
    expect(error.code).toBe('receiver_not_allowed');
    expect([questions, attacker.got]).toEqual([[], []]);
  });
});

describe('issuers that share a host', () => {
  it.each(['/mallory', '/realms/mallory', '/v1/mallory'])('share nothing: %s', async (path) => {
    const honestPath = path.replace('mallory', 'alice');
    const attacker = await startAttacker(
      (origin) => ({
        authorization_endpoint: `${origin}${honestPath}/authorize`,
        device_authorization_endpoint: `${origin}${honestPath}/device`,
        token_endpoint: `${origin}${path}/token`,
      }),
      path,
    );
    for (const grant of ['authorization_code', 'device_code'] as const) {
      const profile = signInProfile(attacker.origin + path, { grant, scope: '' });
      const { outcome, questions } = attempt({ profile });
      expect(await failureOf(outcome)).toMatchObject({ code: 'receiver_not_allowed' });
      expect(questions[0]?.subject).toMatchObject({
        at: expect.stringContaining(`${attacker.origin}${honestPath}/`) as string,
        receivers: [`${attacker.origin}${path}/token`],
      });
    }
    const named = profileOf({
      issuer: attacker.origin + honestPath,
      tokenEndpoint: `${attacker.origin}${path}/token`,
    });
    const { consent } = consentOf();
    expect(await failureOf(obtainAs(named, null, {}, { consent }))).toMatchObject({
      code: 'receiver_not_allowed',
    });
    expect(attacker.got).toEqual([]);
  });

  it.each(['%2e%2e%2f', '..%2f', '..;/', '%252e%252e/'])(
    'are not taken for each other by a path with %s in it',
    async (dots) => {
      const attacker = await startAttacker(() => ({}));
      const profile = profileOf({
        issuer: `${attacker.origin}/alice`,
        tokenEndpoint: `${attacker.origin}/alice/${dots}mallory/token`,
      });
      const { consent } = consentOf();
      const error = await failureOf(obtainAs(profile, null, {}, { consent }));
      expect(error.code).toBe('receiver_not_allowed');
      expect(attacker.got).toEqual([]);
    },
  );

  it('do not revoke or introspect each other’s tokens', async () => {
    const attacker = await startAttacker((origin) => ({
      token_endpoint: honestServer.token_endpoint,
      introspection_endpoint: `${origin}/introspect`,
      revocation_endpoint: `${origin}/revoke`,
    }));
    const { consent, questions } = consentOf('refuse', 'refuse', 'refuse', 'refuse');
    const inspector = createInspector(createGrantTools(obtainOptions({ consent })), {
      secret: () => Promise.resolve('MY-SECRET'),
      held: () => Promise.resolve(null),
    });
    const context = { interactive: true, signal: never };
    const token = { accessToken: 'a-token', refreshToken: 'a-refresh-token' };
    const tenant = profileOf({
      issuer: `${attacker.origin}/alice`,
      tokenEndpoint: `${attacker.origin}/alice/token`,
    });
    const beside: Partial<ProfileOptions> = {
      introspectionEndpoint: `${attacker.origin}/mallory/introspect`,
      revocationEndpoint: `${attacker.origin}/mallory/revoke`,
    };
    for (const profile of [
      profileOf({ issuer: attacker.origin }),
      { ...tenant, options: { ...tenant.options, ...beside } },
    ]) {
      const introspected = await failureOf(inspector.introspect(profile, 'a-token', context));
      expect(introspected.code).toBe('receiver_not_allowed');
      const revoked = await failureOf(inspector.revoke(profile, token, context));
      expect(revoked.code).toBe('receiver_not_allowed');
    }
    expect(questions.length).toBe(4);
    expect(attacker.got).toEqual([]);
  });
});

describe('an honest setup', () => {
  it('needs no word where the page is the issuer’s and its metadata name a token endpoint elsewhere', async () => {
    const tokens = await startAttacker(() => ({}));
    const issuer = await startAttacker((origin) => ({
      authorization_endpoint: `${origin}/o/oauth2/v2/auth`,
      token_endpoint: `${tokens.origin}/token`,
      pushed_authorization_request_endpoint: `${tokens.origin}/par`,
      device_authorization_endpoint: `${tokens.origin}/device/code`,
    }));
    for (const [grant, changes] of [
      ['authorization_code', {}],
      ['client_credentials', {}],
      // The file says once more what the issuer says.
      ['client_credentials', { tokenEndpoint: `${tokens.origin}/token` }],
    ] as const) {
      const profile = signInProfile(issuer.origin, { grant, scope: '', ...changes });
      const { outcome, questions } = attempt({ profile });
      await outcome.catch(() => undefined);
      expect(questions, grant).toEqual([]);
    }
    expect(tokens.got.length).toBeGreaterThan(0);
  });

  it.each([
    ['/tenant/oauth2/v2.0/authorize', '/tenant/oauth2/v2.0/token', '/tenant/v2.0'],
    ['/realms/a/protocol/auth', '/realms/a/protocol/token', '/realms/a'],
    ['/application/o/authorize/', '/application/o/token/', '/application/o/app/'],
  ])('needs no word where page and token endpoint are %s and %s', async (page, token, path) => {
    const issuer = await startAttacker(
      (origin) => ({ authorization_endpoint: origin + page, token_endpoint: origin + token }),
      path,
    );
    const profile = signInProfile(issuer.origin + path, { scope: '' });
    const { outcome, questions, opened } = attempt({ profile });
    await outcome.catch(() => undefined);
    expect([questions, opened.length]).toEqual([[], 1]);
  });

  it.each([
    ['/login/oauth/authorize', '/login/oauth/access_token'],
    ['/authorize', '/api/token'],
    ['/oauth/v2/authorize', '/api/oauth.v2.access'],
  ])('without an issuer needs none for %s and %s', async (page, token) => {
    const server = await startAttacker(() => ({}));
    const profile = signInProfile('', {
      issuer: null,
      scope: '',
      tokenEndpoint: server.origin + token,
      options: { authorizationEndpoint: server.origin + page },
    });
    const { outcome, questions, opened } = attempt({ profile });
    await outcome.catch(() => undefined);
    expect([questions, opened.length]).toEqual([[], 1]);
  });
});

describe('registering before a sign-in', () => {
  it('is asked about at a server for which neither issuer nor page answers', async () => {
    const other = await startAttacker(() => ({}));
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(honestServer),
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${other.origin}/register`,
    }));
    const { consent, questions } = consentOf();
    const network = createApiSignIn(createGrantTools(obtainOptions({ consent })));
    const server = await network.server(attacker.origin, never);
    const profile = signInProfile(attacker.origin);
    const error = await failureOf(network.requireRegistration(profile, server, never));
    expect(error.code).toBe('receiver_not_allowed');
    expect(questions[0]?.subject).toMatchObject({ at: honest.issuer, receivers: [other.origin] });
    await network.requireRegistration(signInProfile(honest.issuer), honestServer, never);
    expect([questions.length, other.got]).toEqual([1, []]);
  });
});
