import { createServer, connect } from 'node:net';
import { compactDecrypt, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { tokenKey } from '../../src/profile/key.ts';
import { downScopedProfile } from '../../src/token/downScoped.ts';
import { harness } from '../token/support.ts';
import { Browser, signInAs } from './browser.ts';
import { startSandboxServers, type SandboxServers } from './sandboxServers.ts';
import { obtainAs, signInProfile, signInWith } from './signIns.ts';
import { contextOf, failureOf, obtainer } from './support.ts';

let sandbox: SandboxServers;
beforeAll(async () => void (sandbox = await startSandboxServers()));
afterAll(() => sandbox.close());

/** A person who signs in as one of the sandbox's people and allows it. */
function person(id = 'viewer', second = false) {
  const browser = new Browser();
  return { browser, signIn: signInWith((url) => signInAs(browser, url, id, second)) };
}

/** The redirect URI that was asked for. */
function redirectOf(url: string): URL {
  return new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('a sign-in in the browser', () => {
  it('brings an access token, a refresh token and a checked ID token', async () => {
    const { browser, signIn } = person();
    const before = Date.now();
    const result = await obtainAs(signInProfile(sandbox.issuer), signIn);
    expect(decodeJwt(result.accessToken)).toMatchObject({
      iss: sandbox.issuer,
      aud: sandbox.api,
      sub: 'viewer',
      client_id: 'person',
      scope: 'reports:read',
      acr: 'password',
    });
    expect(decodeJwt(result.idToken ?? '')).toMatchObject({
      iss: sandbox.issuer,
      aud: 'person',
      sub: 'viewer',
    });
    expect(result).toMatchObject({ tokenType: 'bearer', refreshToken: expect.any(String) as string });
    expect(result.expiresAtMs).toBeGreaterThanOrEqual(before + 299_000);
    // The request went there beforehand: the browser saw no more than a reference to it (RFC 9126).
    const [first = ''] = browser.visited;
    expect([...new URL(first).searchParams.keys()]).toEqual(['client_id', 'request_uri']);
    // The page that it ended at said nothing of what it had brought.
    const [last = ''] = browser.visited.slice(-1);
    expect(last).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\?code=/);
    expect(await isOpen(Number(new URL(last).port))).toBe(false);
    const response = await fetch(`${sandbox.api}/reports`, {
      headers: { authorization: `Bearer ${result.accessToken}` },
    });
    expect(response.status).toBe(200);
  });

  it('needs no ID token where openid is not asked for', async () => {
    const result = await obtainAs(signInProfile(sandbox.issuer, { scope: 'reports:read' }), person().signIn);
    expect(result.idToken).toBeNull();
    expect(result.scope).toBe('reports:read');
  });

  it('gets less than it asked for when the person may do less', async () => {
    const parent = signInProfile(sandbox.issuer, { scope: 'openid reports:read reports:admin' });
    const result = await obtainAs(parent, person('viewer').signIn);
    expect(result.scope).toBe('reports:read');
  });

  it('ends at a page that says so, in a browser that keeps nothing', async () => {
    const browser = new Browser();
    let page = { html: '', url: '', status: 0 };
    const signIn = signInWith(async (url) => (page = await signInAs(browser, url, 'viewer')));
    await obtainAs(signInProfile(sandbox.issuer), signIn);
    await expect.poll(() => page.status).toBe(200);
    expect(page.html).toContain('You can close this page');
    expect(page.html).not.toContain(new URL(page.url).searchParams.get('code'));
  });

  it.each<[string, Parameters<typeof signInProfile>[1], (url: URL) => void]>([
    ['the first free port', {}, (url) => expect(url.pathname).toBe('/callback')],
    [
      'IPv6',
      { options: { redirectUri: 'http://[::1]/callback' } },
      (url) => expect(url.hostname).toBe('[::1]'),
    ],
    [
      'localhost',
      { options: { redirectUri: 'http://localhost/callback' } },
      (url) => expect(url.hostname).toBe('localhost'),
    ],
  ])('comes back to %s', async (_name, changes, check) => {
    const { browser, signIn } = person();
    await obtainAs(signInProfile(sandbox.issuer, changes), signIn);
    check(new URL(browser.visited.at(-1) ?? ''));
  });

  it('comes back to the editor where loopback cannot be reached', async () => {
    const browser = new Browser();
    let back: (url: URL) => void = () => undefined;
    let disposed = 0;
    const uri = 'vscode://keyturn.keyturn/sign-in';
    const redirect = {
      uri,
      strayed: false,
      expect: () => undefined,
      response: () => new Promise<URL>((resolve) => (back = resolve)),
      dispose: () => {
        disposed++;
      },
    };
    const signIn = signInWith(
      async (url) => {
        const { url: address } = await signInAs(browser, url, 'viewer');
        back(new URL(address));
      },
      { loopbackReachable: false, editorRedirect: () => Promise.resolve(redirect) },
    );
    const result = await obtainAs(signInProfile(sandbox.issuer), signIn);
    expect(decodeJwt(result.accessToken).sub).toBe('viewer');
    expect(browser.visited.at(-1)).toContain(`${uri}?code=`);
    expect(disposed).toBe(1);
  });

  it('carries what the profile asks for to the authorization endpoint', async () => {
    const urls: URL[] = [];
    const cancelled = new AbortController();
    // This server takes no request beforehand, so that it can be looked at.
    const profile = signInProfile(sandbox.issuer, {
      tokenEndpoint: `${sandbox.issuer}/token`,
      scope: 'reports:read',
      resource: sandbox.api,
      audience: 'reports',
      options: {
        authorizationEndpoint: `${sandbox.issuer}/auth?tenant=a`,
        prompt: 'login',
        loginHint: 'editor',
        acrValues: 'password',
        maxAge: 60,
        authorizationParameters: { display: 'page' },
      },
    });
    const signIn = signInWith((url) => {
      urls.push(new URL(url));
      cancelled.abort();
    });
    const reauthenticate = { scope: 'reports:write reports:read', acrValues: 'two-factors', maxAge: 0 };
    const { signal } = cancelled;
    const error = await failureOf(obtainAs(profile, signIn, { reauthenticate, signal }));
    expect(error.code).toBe('cancelled');
    const parameters = Object.fromEntries(urls[0]?.searchParams ?? []);
    expect(parameters).toEqual({
      tenant: 'a',
      response_type: 'code',
      client_id: 'person',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/) as string,
      scope: 'reports:read reports:write',
      resource: sandbox.api,
      audience: 'reports',
      prompt: 'login',
      login_hint: 'editor',
      acr_values: 'two-factors',
      max_age: '0',
      display: 'page',
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
    });
  });

  it('shows the hinted person first, and can be asked to prove more', async () => {
    const browser = new Browser();
    const pages: string[] = [];
    const profile = signInProfile(sandbox.issuer, { options: { loginHint: 'admin', maxAge: 600 } });
    const signIn = signInWith(async (url) => {
      pages.push((await browser.open(url)).html);
      await signInAs(browser, url, 'admin', true);
    });
    const reauthenticate = { scope: 'reports:admin', acrValues: 'two-factors', maxAge: null };
    const result = await obtainAs(profile, signIn, { reauthenticate, refreshToken: 'must not be used' });
    expect(pages[0]).toContain('second factor');
    expect(pages[0]?.indexOf('Ada')).toBeLessThan(pages[0]?.indexOf('Vera') ?? 0);
    expect(decodeJwt(result.accessToken)).toMatchObject({
      acr: 'two-factors',
      scope: 'reports:read reports:admin',
    });
    const response = await fetch(`${sandbox.api}/admin/usage`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${result.accessToken}` },
    });
    expect(response.status).toBe(204);
  });
});

describe('the strict clients of a real provider', () => {
  it('push the request where that is required', async () => {
    const before = sandbox.asked('POST /request');
    const result = await obtainAs(signInProfile(sandbox.issuer, { clientId: 'person-par' }), person().signIn);
    expect(decodeJwt(result.accessToken)['client_id']).toBe('person-par');
    expect(sandbox.asked('POST /request')).toBe(before + 1);
  });

  it('bind the tokens to a key', async () => {
    const profile = signInProfile(sandbox.issuer, { clientId: 'person-dpop', options: { dpop: true } });
    const keys = new Map<string, Promise<string>>();
    const result = await obtainAs(profile, person().signIn, {
      keptSecret: (kind, make) => {
        const kept = keys.get(kind) ?? make();
        keys.set(kind, kept);
        return kept;
      },
    });
    expect(result.tokenType).toBe('dpop');
    expect(decodeJwt(result.accessToken)['cnf']).toMatchObject({ jkt: expect.any(String) as string });
  });

  it('encrypt the access token', async () => {
    const result = await obtainAs(
      signInProfile(sandbox.issuer, { clientId: 'person-encrypted' }),
      person().signIn,
    );
    expect(decodeProtectedHeader(result.accessToken)).toMatchObject({ enc: 'A256GCM', cty: 'at+jwt' });
    const key = await importJWK(sandbox.decryptionJwk, 'ECDH-ES+A256KW');
    const { plaintext } = await compactDecrypt(result.accessToken, key);
    expect(decodeJwt(new TextDecoder().decode(plaintext))).toMatchObject({ sub: 'viewer' });
    const response = await fetch(`${sandbox.api}/reports`, {
      headers: { authorization: `Bearer ${result.accessToken}` },
    });
    expect(response.status).toBe(200);
  });

  it('know the person under another name', async () => {
    const result = await obtainAs(
      signInProfile(sandbox.issuer, { clientId: 'person-pairwise' }),
      person().signIn,
    );
    const { sub } = decodeJwt(result.idToken ?? '');
    expect(sub).toMatch(/^[\w-]{43}$/);
    expect(decodeJwt(result.accessToken).sub).toBe(sub);
  });

  it('hand out opaque tokens for the resource that has them', async () => {
    const profile = signInProfile(sandbox.issuer, { resource: `${sandbox.api}/opaque` });
    const result = await obtainAs(profile, person().signIn);
    expect(result.accessToken).toMatch(/^[\w-]+$/);
    const response = await fetch(`${sandbox.api}/reports`, {
      headers: { authorization: `Bearer ${result.accessToken}` },
    });
    expect(response.status).toBe(200);
  });
});

describe('a sign-in that does not come to pass', () => {
  it('is refused by the person', async () => {
    const browser = new Browser();
    let last = '';
    const signIn = signInWith(async (url) => {
      const page = await browser.submit(await browser.open(url), { refuse: 'yes' });
      last = page.html;
    });
    const error = await failureOf(obtainAs(signInProfile(sandbox.issuer), signIn));
    expect(error).toMatchObject({
      code: 'access_denied',
      message: 'The sign-in was refused: The person refused.',
    });
    await expect.poll(() => last).toContain('The sign-in was refused');
  });

  it('is refused by the server, with its own words', async () => {
    const profile = signInProfile(sandbox.issuer, { options: { prompt: 'none' } });
    const error = await failureOf(obtainAs(profile, person().signIn));
    expect(error).toMatchObject({ code: 'authorization_failed', data: { error: 'login_required' } });
  });

  it('is refused before the browser opens when the request makes no sense', async () => {
    let opened = 0;
    const signIn = signInWith(() => opened++);
    const elsewhere = signInProfile(sandbox.issuer, { resource: 'https://other.example.com' });
    expect(await failureOf(obtainAs(elsewhere, signIn))).toMatchObject({
      code: 'oauth_error',
      data: { error: 'invalid_target' },
    });
    const unknown = signInProfile(sandbox.issuer, { clientId: 'nobody' });
    expect((await failureOf(obtainAs(unknown, signIn))).code).toBe('invalid_client');
    expect(opened).toBe(0);
  });

  it('needs somebody to sign in', async () => {
    const error = await failureOf(obtainAs(signInProfile(sandbox.issuer), null));
    expect(error).toMatchObject({ code: 'sign_in_needed', data: { token: 'person' } });
  });

  it.each<[string, Parameters<typeof signInProfile>[1], string]>([
    [
      'a redirect to another computer',
      { options: { redirectUri: 'https://app.example.com/back' } },
      'profile_invalid',
    ],
    ['a redirect to the editor without one', { options: { redirectUri: 'editor' } }, 'authorization_failed'],
    ['a parameter of ours', { options: { authorizationParameters: { state: 'x' } } }, 'profile_invalid'],
    [
      'openid without an issuer',
      {
        issuer: null,
        tokenEndpoint: 'https://id.example.com/token',
        options: { authorizationEndpoint: 'https://id.example.com/auth' },
      },
      'profile_invalid',
    ],
  ])('is not begun with %s', async (_name, changes, code) => {
    let opened = 0;
    const error = await failureOf(
      obtainAs(
        signInProfile(sandbox.issuer, changes),
        signInWith(() => opened++),
      ),
    );
    expect(error.code).toBe(code);
    expect(error.hint).toBeDefined();
    expect(opened).toBe(0);
  });

  it('leaves nothing open when it is cancelled, or no browser can be opened', async () => {
    const ports: number[] = [];
    const profile = signInProfile(sandbox.issuer, {
      scope: 'reports:read',
      tokenEndpoint: `${sandbox.issuer}/token`,
      options: { authorizationEndpoint: `${sandbox.issuer}/auth` },
    });
    const controller = new AbortController();
    const cancelling = signInWith((url) => {
      ports.push(Number(redirectOf(url).port));
      controller.abort();
    });
    const { signal } = controller;
    expect((await failureOf(obtainAs(profile, cancelling, { signal }))).code).toBe('cancelled');
    const failing = signInWith(() => undefined, {
      openBrowser: (url) => {
        ports.push(Number(redirectOf(url).port));
        return Promise.reject(new Error('There is no browser.'));
      },
    });
    await expect(obtainAs(profile, failing)).rejects.toThrow('There is no browser.');
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(await isOpen(port)).toBe(false);
  });

  it('fails when the port that the profile names is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const profile = signInProfile(sandbox.issuer, {
      options: { redirectUri: `http://127.0.0.1:${port}/callback` },
    });
    const error = await failureOf(obtainAs(profile, person().signIn));
    expect(error).toMatchObject({
      code: 'authorization_failed',
      message: expect.stringContaining(String(port)) as string,
    });
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('a refresh token of a sign-in', () => {
  it('renews silently, and the ID token with it', async () => {
    const profile = signInProfile(sandbox.issuer);
    const first = await obtainAs(profile, person().signIn);
    const renewed = await obtainAs(profile, null, { refreshToken: first.refreshToken });
    expect(renewed.accessToken).not.toBe(first.accessToken);
    expect(renewed.refreshToken).not.toBe(first.refreshToken);
    expect(decodeJwt(renewed.idToken ?? '')).toMatchObject({ sub: 'viewer', aud: 'person' });
    expect(decodeJwt(renewed.accessToken)['scope']).toBe('reports:read');
  });

  it('brings less for a single request that asks for less', async () => {
    const profile = signInProfile(sandbox.issuer, { scope: 'openid reports:read reports:write' });
    const first = await obtainAs(profile, person('editor').signIn);
    const downScoped = downScopedProfile(profile, 'reports:read');
    const lent = await obtainAs(downScoped, null, { refreshToken: first.refreshToken });
    expect(decodeJwt(lent.accessToken)['scope']).toBe('reports:read');
    const parent = await obtainAs(profile, null, { refreshToken: lent.refreshToken });
    expect(decodeJwt(parent.accessToken)['scope']).toBe('reports:read reports:write');
  });

  it('that has ended leads to a sign-in where somebody is there, else says that one is needed', async () => {
    const profile = signInProfile(sandbox.issuer);
    const needed = await failureOf(obtainAs(profile, null, { refreshToken: 'ended' }));
    expect(needed.code).toBe('sign_in_needed');
    expect(needed.message).not.toContain('ended');
    const result = await obtainAs(profile, person().signIn, { refreshToken: 'ended' });
    expect(decodeJwt(result.accessToken).sub).toBe('viewer');
  });

  it('is kept when the network fails: nobody has to sign in for that', async () => {
    const profile = signInProfile(sandbox.issuer, { tokenEndpoint: 'http://127.0.0.1:9/token' });
    let opened = 0;
    const error = await failureOf(
      obtainAs(
        profile,
        signInWith(() => opened++),
        { refreshToken: 'held' },
      ),
    );
    expect(error.code).toBe('token_endpoint_failed');
    expect(opened).toBe(0);
  });

  it('is carried through the manager: one sign-in, then silence', async () => {
    const { signIn } = person();
    let signIns = 0;
    const h = harness({
      clock: systemClock,
      obtain: obtainer({ clock: systemClock }),
      signIn: () => ({ ...signIn, openBrowser: (url) => (signIns++, signIn.openBrowser(url)) }),
    });
    const profile = signInProfile(sandbox.issuer);
    const tokens = new Set<string>();
    for (let i = 0; i < 3; i++) {
      tokens.add((await h.manager.acquire(profile, { force: true })).token.accessToken);
    }
    expect(tokens.size).toBe(3);
    expect(signIns).toBe(1);
    expect((await h.store.get(tokenKey(profile)))?.refreshToken).toEqual(expect.any(String));
    h.manager.dispose();
  });
});

describe('another program on this computer', () => {
  it('that answers first with a code of its own gets nowhere', async () => {
    // It has a code of its own sign-in, and guesses the state because it saw the address that was opened.
    const browser = new Browser();
    const signIn = signInWith(async (url) => {
      const redirect = redirectOf(url);
      const own = new URL(url);
      // Its own sign-in has its own challenge, whose verifier only it knows.
      own.searchParams.set('code_challenge', 'x'.repeat(43));
      const target = await signInAs(browser, own.href, 'admin');
      expect(target.url).toContain(redirect.port);
    });
    const profile = signInProfile(sandbox.issuer, {
      scope: 'reports:read',
      tokenEndpoint: `${sandbox.issuer}/token`,
      options: { authorizationEndpoint: `${sandbox.issuer}/auth` },
    });
    const error = await failureOf(obtainAs(profile, signIn));
    expect(error).toMatchObject({ code: 'authorization_failed', data: { error: 'invalid_grant' } });
  });

  it('that steals the code cannot redeem it: it has no verifier', async () => {
    const browser = new Browser();
    const answers: unknown[] = [];
    const profile = signInProfile(sandbox.issuer, {
      scope: 'reports:read',
      tokenEndpoint: `${sandbox.issuer}/token`,
      options: { authorizationEndpoint: `${sandbox.issuer}/auth`, redirectUri: 'editor' },
    });
    let back: (url: URL) => void = () => undefined;
    const uri = 'vscode://keyturn.keyturn/sign-in';
    const signIn = signInWith(
      async (url) => {
        const stolen = new URL((await signInAs(browser, url, 'viewer')).url);
        for (const verifier of [undefined, 'x'.repeat(43)]) {
          const response = await fetch(`${sandbox.issuer}/token`, {
            method: 'POST',
            body: new URLSearchParams({
              grant_type: 'authorization_code',
              client_id: 'person',
              code: stolen.searchParams.get('code') ?? '',
              redirect_uri: uri,
              ...(verifier === undefined ? {} : { code_verifier: verifier }),
            }),
          });
          answers.push(await response.json());
        }
        back(stolen);
      },
      {
        editorRedirect: () =>
          Promise.resolve({
            uri,
            strayed: false,
            expect: () => undefined,
            response: () => new Promise<URL>((resolve) => (back = resolve)),
            dispose: () => undefined,
          }),
      },
    );
    await obtainAs(profile, signIn).catch(() => null);
    expect(answers).toHaveLength(2);
    for (const answer of answers) expect(answer).toMatchObject({ error: 'invalid_grant' });
  });

  it('cannot listen where Keyturn listens', async () => {
    const profile = signInProfile(sandbox.issuer, {
      scope: 'reports:read',
      tokenEndpoint: `${sandbox.issuer}/token`,
      options: { authorizationEndpoint: `${sandbox.issuer}/auth` },
    });
    const browser = new Browser();
    const failures: unknown[] = [];
    const signIn = signInWith(async (url) => {
      const rival = createServer();
      await new Promise<void>((resolve) => {
        rival.once('error', (error) => {
          failures.push(error);
          resolve();
        });
        rival.listen(Number(redirectOf(url).port), '127.0.0.1', resolve);
      });
      await signInAs(browser, url, 'viewer');
    });
    const result = await obtainAs(profile, signIn);
    expect(failures).toMatchObject([{ code: 'EADDRINUSE' }]);
    expect(decodeJwt(result.accessToken).sub).toBe('viewer');
  });
});

it('asks for a client secret before the browser opens', async () => {
  const order: string[] = [];
  const context = contextOf({
    signIn: signInWith(() => void order.push('browser')),
    secret: () => {
      order.push('secret');
      return Promise.reject(new Error('There is none.'));
    },
  });
  const profile = signInProfile(sandbox.issuer, { clientAuthentication: 'client_secret_basic' });
  await expect(obtainer({ clock: systemClock })(profile, context)).rejects.toThrow('There is none.');
  expect(order).toEqual(['secret']);
});
