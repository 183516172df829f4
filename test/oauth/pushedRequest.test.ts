import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, type JWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GrantContext } from '../../src/token/grant.ts';
import { MINUTE } from '../token/support.ts';
import { Browser, signInAs } from './browser.ts';
import { startSandboxServers, type SandboxServers } from './sandboxServers.ts';
import { obtainAs, signInProfile, signInWith } from './signIns.ts';
import { failureOf, json, listen, type TestServer } from './support.ts';

/** One key for all that is asked, as in the secret store. */
function oneKey(): Pick<GrantContext, 'keptSecret'> {
  const kept = new Map<string, Promise<string>>();
  return {
    keptSecret: (kind, make) => {
      const known = kept.get(kind) ?? make();
      kept.set(kind, known);
      return known;
    },
  };
}

describe('a pushed request of a client with DPoP, at a real provider', () => {
  let sandbox: SandboxServers;
  beforeAll(async () => void (sandbox = await startSandboxServers()));
  afterAll(() => sandbox.close());

  const person = () => signInWith((url) => signInAs(new Browser(), url, 'viewer'));

  it('proves the key, with the nonce that the server asks for, which the token endpoint then has too', async () => {
    const profile = signInProfile(sandbox.issuer, { clientId: 'person-dpop', options: { dpop: true } });
    const result = await obtainAs(profile, person(), oneKey());
    expect(result.tokenType).toBe('dpop');
    // This server refuses a proof without its nonce: without any proof it would have said yes at once.
    expect(sandbox.answers('POST /request').map(({ status }) => status)).toEqual([400, 201]);
    expect(sandbox.answers('POST /token').map(({ status }) => status)).toEqual([200]);
  });
});

describe('a pushed request', () => {
  let server: TestServer | null = null;
  afterEach(async () => {
    await server?.close();
    server = null;
  });

  interface Pushed {
    readonly proof: string | undefined;
    readonly body: URLSearchParams;
  }

  /** A sign-in that ends when the browser opens, at a server whose endpoint for pushed requests answers like this. */
  async function pushAt(
    answer: (count: number) => { status: number; body: unknown; nonce?: string; date?: Date },
    { dpop = true, pushes = true } = {},
  ) {
    const pushed: Pushed[] = [];
    const opened: URL[] = [];
    server = await listen((request, response, body) => {
      if (request.url !== '/par') {
        json(response, 200, {
          issuer: server?.origin,
          authorization_endpoint: `${server?.origin}/auth`,
          token_endpoint: `${server?.origin}/token`,
          ...(pushes ? { pushed_authorization_request_endpoint: `${server?.origin}/par` } : {}),
        });
        return;
      }
      const proof = request.headers['dpop'];
      pushed.push({
        proof: typeof proof === 'string' ? proof : undefined,
        body: new URLSearchParams(body),
      });
      const { status, body: said, nonce, date } = answer(pushed.length);
      if (date !== undefined) response.setHeader('date', date.toUTCString());
      if (nonce !== undefined) response.setHeader('DPoP-Nonce', nonce);
      json(response, status, said);
    });
    const left = new AbortController();
    const signIn = signInWith((url) => {
      opened.push(new URL(url));
      left.abort();
    });
    const profile = signInProfile(server.origin, { scope: 'reports:read', options: { dpop } });
    const error = await failureOf(obtainAs(profile, signIn, { ...oneKey(), signal: left.signal }));
    return { pushed, opened, error, origin: server.origin };
  }

  const taken = { status: 201, body: { request_uri: 'urn:example:1', expires_in: 60 } };
  const wantsNonce = (nonce: string) => ({ status: 400, body: { error: 'use_dpop_nonce' }, nonce });

  it('carries a proof of the key that the parameter names', async () => {
    const { pushed, opened, origin } = await pushAt((count) => (count === 1 ? wantsNonce('n-1') : taken));
    expect(pushed).toHaveLength(2);
    const [first, second] = pushed;
    expect(decodeJwt(first?.proof ?? '')['nonce']).toBeUndefined();
    expect(decodeJwt(second?.proof ?? '')).toMatchObject({ htm: 'POST', htu: `${origin}/par`, nonce: 'n-1' });
    const { jwk } = decodeProtectedHeader(second?.proof ?? '');
    expect(second?.body.get('dpop_jkt')).toBe(await calculateJwkThumbprint(jwk as JWK));
    // The request itself is the same one: the browser has not been anywhere in between.
    expect(second?.body.get('state')).toBe(first?.body.get('state'));
    expect([...(opened[0]?.searchParams ?? [])]).toEqual([
      ['client_id', 'person'],
      ['request_uri', 'urn:example:1'],
    ]);
  });

  it('is not pushed a third time to a server that always wants another nonce', async () => {
    const { pushed, opened, error } = await pushAt((count) => wantsNonce(`n-${count}`));
    expect(pushed).toHaveLength(2);
    expect(opened).toEqual([]);
    expect(error).toMatchObject({ code: 'oauth_error', data: { error: 'use_dpop_nonce' } });
  });

  it('is not repeated for a proof that is refused for another reason', async () => {
    const { pushed, error } = await pushAt(() => ({ status: 400, body: { error: 'invalid_dpop_proof' } }));
    expect(pushed).toHaveLength(1);
    expect(error).toMatchObject({ code: 'oauth_error', data: { error: 'invalid_dpop_proof' } });
  });

  it('is repeated once with the time of the server where the clocks differ', async () => {
    const date = new Date(Date.now() - 20 * MINUTE);
    const { pushed, error } = await pushAt(() => ({
      status: 400,
      body: { error: 'invalid_dpop_proof' },
      date,
    }));
    expect(error.code).toBe('oauth_error');
    const [first = 0, second = 0, ...more] = pushed.map(({ proof }) => decodeJwt(proof ?? '').iat);
    expect(more).toEqual([]);
    expect(first * 1000).toBeGreaterThan(Date.now() - MINUTE);
    expect(Math.abs(second * 1000 - date.getTime())).toBeLessThan(10_000);
  });

  it('carries no proof for a profile without DPoP, whatever the server asks for', async () => {
    const { pushed } = await pushAt(() => wantsNonce('n-1'), { dpop: false });
    expect(pushed).toHaveLength(1);
    expect(pushed[0]?.proof).toBeUndefined();
    expect(pushed[0]?.body.has('dpop_jkt')).toBe(false);
  });

  it('that was not pushed before names the key in the address', async () => {
    const { pushed, opened } = await pushAt(() => taken, { pushes: false });
    expect(pushed).toEqual([]);
    expect(opened[0]?.searchParams.get('dpop_jkt')).toMatch(/^[\w-]{43}$/);
  });
});
