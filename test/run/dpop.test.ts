import type { ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  jwtVerify,
  type JWTPayload,
} from 'jose';
import { describe, expect, it } from 'vitest';
import { DpopHandles, makeDpopKey } from '../../src/oauth/client/dpop.ts';
import { createObtain } from '../../src/oauth/obtain.ts';
import { privateFiles } from '../../src/node/privateFiles.ts';
import { secretKey } from '../../src/profile/key.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { httpServer, onCleanup } from '../http/support.ts';
import { startProvider } from '../oauth/provider.mjs';
import { contextOf } from '../oauth/support.ts';
import { MINUTE, profileOf, TestClock } from '../token/support.ts';
import { engineOver } from './support.ts';
import { everythingAllowed } from '../token/sources/support.ts';

const handles = new DpopHandles({ now: () => Date.now() });

interface Proof {
  readonly claims: JWTPayload;
  readonly token: string;
  readonly path: string;
}

interface ResourceOptions {
  /** The nonce that is asked for now; null for none. */
  nonce?: string | null;
  /** What a good request gets. */
  answer?(path: string, response: ServerResponse): void;
}

/** A resource server that checks each proof as RFC 9449 section 4.3 has it. */
async function resource(options: ResourceOptions = {}) {
  const proofs: Proof[] = [];
  const faults: string[] = [];
  const seen: string[] = [];
  const jtis = new Set<unknown>();
  const { url } = await httpServer((request, response) => {
    const check = async () => {
      const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
      if (scheme !== 'DPoP') throw new Error(`the scheme is ${scheme ?? ''}`);
      const proof = request.headers['dpop'];
      if (typeof proof !== 'string') throw new Error('there is no single proof');
      const { jwk, typ, alg } = decodeProtectedHeader(proof);
      if (jwk === undefined || typ !== 'dpop+jwt' || alg !== 'ES256')
        throw new Error('the header is not right');
      if ('d' in jwk) throw new Error('the private key is in the proof');
      const { payload } = await jwtVerify(proof, await importJWK(jwk, alg), { maxTokenAge: 60 });
      const { cnf } = decodeJwt<{ cnf: { jkt: string } }>(token);
      if (cnf.jkt !== (await calculateJwkThumbprint(jwk)))
        throw new Error('the token is bound to another key');
      const htu = `http://${request.headers.host ?? ''}${(request.url ?? '').split('?')[0] ?? ''}`;
      if (payload['htm'] !== request.method || payload['htu'] !== htu) throw new Error('htm or htu differ');
      if (payload['ath'] !== createHash('sha256').update(token).digest('base64url'))
        throw new Error('ath differs');
      if (payload.jti === undefined || jtis.has(payload.jti)) throw new Error('the proof was used before');
      jtis.add(payload.jti);
      proofs.push({ claims: payload, token, path: request.url ?? '' });
      return payload['nonce'];
    };
    check().then(
      (nonce) => {
        seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
        if (options.nonce != null && nonce !== options.nonce) {
          response.writeHead(401, {
            'WWW-Authenticate': 'DPoP error="use_dpop_nonce", error_description="give it back"',
            'DPoP-Nonce': options.nonce,
          });
          response.end();
        } else if (options.answer === undefined) response.end('taken');
        else options.answer(request.url ?? '', response);
      },
      (error: unknown) => {
        faults.push(String(error));
        response.writeHead(401, { 'WWW-Authenticate': 'DPoP error="invalid_dpop_proof"' });
        response.end();
      },
    );
  });
  return { origin: new URL(url).origin, proofs, faults, seen, options };
}

interface SetUp {
  readonly nonce?: boolean;
  readonly skewMs?: number;
  readonly clientId?: string;
  readonly changes?: Partial<TokenProfile>;
}

async function setUp({ nonce = false, skewMs = 0, clientId = 'bound', changes = {} }: SetUp = {}) {
  const provider = await startProvider({ dpopNonce: nonce });
  onCleanup(() => provider.close());
  const profile = profileOf({
    origins: ['http://127.0.0.1:*'],
    issuer: provider.issuer,
    clientId,
    options: { ...noOptions, dpop: true },
    ...changes,
  });
  const clock = new TestClock();
  clock.nowMs = Date.now() + skewMs;
  const obtain = createObtain({
    fetch: globalThis.fetch,
    fetchAs: () => globalThis.fetch,
    files: privateFiles,
    consent: everythingAllowed,
    clock,
    mask: (text) => text,
    register: () => undefined,
  });
  const over = engineOver({
    profiles: [profile],
    manager: { clock, obtain, askSecret: () => Promise.resolve(`${clientId}-secret/+%`) },
  });
  return { provider, profile, obtain, ...over };
}

describe('a token that is bound to a key', () => {
  it('goes with a proof of its own for each request', async () => {
    const api = await resource();
    const { run, profile, store, redactor } = await setUp();
    const text = `# @token viewer\nGET ${api.origin}/reports?month=6#top\n\n###\n# @token viewer\nPOST ${api.origin}/reports\n\nx\n`;
    expect(await run(text)).toMatchObject({ error: null, retried: null, response: { status: 200 } });
    const result = await run(text, { at: 1 });
    expect(result.response?.status).toBe(200);
    expect(api.faults).toEqual([]);
    expect(api.proofs.map(({ claims }) => [claims['htm'], claims['htu']])).toEqual([
      ['GET', `${api.origin}/reports`],
      ['POST', `${api.origin}/reports`],
    ]);
    expect(result.request?.headers).toContainEqual(['DPoP', '•••']);
    const key = await store.getSecret(secretKey('dpop_key', profile));
    expect(key).toContain('"d"');
    expect(redactor.mask(`x ${key ?? ''}`)).toContain('•••key of viewer•••');
  });

  it('keeps its key, so that another session proves with the same one', async () => {
    const api = await resource();
    const first = await setUp();
    await first.run(`# @token viewer\nGET ${api.origin}/\n`);
    const second = engineOver({
      profiles: [first.profile],
      manager: { store: first.store, keptSecrets: first.options.keptSecrets, clock: first.options.clock },
    });
    expect((await second.run(`# @token viewer\nGET ${api.origin}/\n`)).response?.status).toBe(200);
    expect(second.calls).toHaveLength(0);
    expect(api.faults).toEqual([]);
  });

  it('says what is missing when its key is gone', async () => {
    const api = await resource();
    const { run, profile, store, manager } = await setUp();
    await manager.acquire(profile);
    await store.deleteSecret(secretKey('dpop_key', profile));
    const result = await run(`# @token viewer\nGET ${api.origin}/\n`);
    expect(result.error).toMatchObject({ code: 'key_invalid' });
    expect(api.seen).toEqual([]);
  });

  it('works without a store that can be read', async () => {
    const api = await resource();
    const { run, secrets } = await setUp();
    const closed = () => Promise.reject(new Error('no keychain'));
    Object.assign(secrets, { set: closed });
    const result = await run(`# @token viewer\nGET ${api.origin}/\n`);
    expect(result.response?.status).toBe(200);
    expect(api.faults).toEqual([]);
  });

  it('is sent by the header as it was written, with a proof', async () => {
    const api = await resource();
    const { run } = await setUp();
    const result = await run(`GET ${api.origin}/\nAuthorization: DPoP {{$token viewer}}\n`);
    expect(result.response?.status).toBe(200);
    expect(api.faults).toEqual([]);
  });

  it('gets a nonce from both servers, asked for once each, and remembers the one of a 200', async () => {
    const api = await resource({ nonce: 'first' });
    const { run, provider } = await setUp({ nonce: true });
    const text = `# @token viewer\nPOST ${api.origin}/reports\n\nbody\n`;
    const first = await run(text);
    expect(first).toMatchObject({
      error: null,
      retried: 'use_dpop_nonce',
      response: { status: 200 },
      challenge: null,
    });
    // Refused without a nonce, then taken.
    expect(provider.tokenRequests()).toBe(2);
    expect(api.proofs.map(({ claims }) => claims['nonce'])).toEqual([undefined, 'first']);

    expect(await run(text)).toMatchObject({ retried: null, response: { status: 200 } });
    api.options.answer = (_path, response) => {
      response.setHeader('DPoP-Nonce', 'second');
      response.end();
      api.options.nonce = 'second';
    };
    await run(text);
    expect(await run(text)).toMatchObject({ retried: null, response: { status: 200 } });
    expect(api.proofs.at(-1)?.claims['nonce']).toBe('second');
    expect(api.faults).toEqual([]);
  });

  it('is not sent a third time to a server that always wants another nonce', async () => {
    const api = await resource({ nonce: 'never' });
    let count = 0;
    Object.defineProperty(api.options, 'nonce', { get: () => `nonce-${count++}` });
    const { run } = await setUp();
    const result = await run(`# @token viewer\nGET ${api.origin}/\n`);
    expect(result).toMatchObject({ retried: 'use_dpop_nonce', response: { status: 401 } });
    expect(result.challenge).toMatchObject({ error: 'use_dpop_nonce', refusal: null });
    expect(api.seen).toHaveLength(2);
  });

  it('is refreshed when it is refused, and gives the nonce too', async () => {
    let refused = '';
    const api = await resource({ nonce: 'here' });
    const { run, calls } = await setUp();
    api.options.answer = (_path, response) => {
      const token = api.proofs.at(-1)?.token ?? '';
      if (refused === '') refused = token;
      if (token === refused) {
        response.writeHead(401, { 'WWW-Authenticate': 'DPoP error="invalid_token"' });
        response.end();
      } else response.end('taken');
    };
    const result = await run(`# @token viewer\nGET ${api.origin}/\n`);
    expect(result).toMatchObject({ retried: 'invalid_token', response: { status: 200 } });
    expect(api.seen).toHaveLength(3);
    expect(calls).toHaveLength(0);
    expect(api.faults).toEqual([]);
  });

  it('proves itself anew at each redirect of its origin, and nowhere else', async () => {
    const other = { authorization: '', proof: '' };
    const { url: elsewhere } = await httpServer((request, response) => {
      other.authorization = request.headers.authorization ?? 'none';
      other.proof = String(request.headers['dpop'] ?? 'none');
      response.end();
    });
    const api = await resource({
      answer(path, response) {
        if (path === '/done') response.end('taken');
        else {
          const to = path === '/away' ? `${elsewhere.replace('127.0.0.1', 'localhost')}/` : '/done';
          response.writeHead(307, { location: to });
          response.end();
        }
      },
    });
    const { run } = await setUp();
    expect((await run(`# @token viewer\nGET ${api.origin}/old\n`)).response?.status).toBe(200);
    expect(api.proofs.map(({ claims }) => claims['htu'])).toEqual([
      `${api.origin}/old`,
      `${api.origin}/done`,
    ]);
    expect((await run(`# @token viewer\nGET ${api.origin}/away\n`)).response?.status).toBe(200);
    expect(other).toEqual({ authorization: 'none', proof: 'none' });
    expect(api.faults).toEqual([]);
  });

  it.each(['127.0.0.1', '127.0.0.1:81'])(
    'names in the proof what the Host header names: %s',
    async (host) => {
      const api = await resource();
      const { run } = await setUp();
      const result = await run(`# @token viewer\nGET ${api.origin}/\nHost: ${host}\n`);
      // The resource server compares htu with the Host header that it sees.
      expect(api.faults).toEqual([]);
      expect(result.response?.status).toBe(200);
    },
  );

  it.each([
    ['fast', 10 * MINUTE],
    ['slow', -10 * MINUTE],
  ])('is made with the time of the servers when our clock is %s', async (_name, skewMs) => {
    const api = await resource();
    const { run, provider } = await setUp({ skewMs });
    const text = `# @token viewer\nPOST ${api.origin}/reports\n\nx\n`;
    const first = await run(text);
    expect(first).toMatchObject({ error: null, retried: 'invalid_dpop_proof', response: { status: 200 } });
    expect(provider.tokenRequests()).toBe(2);
    expect(api.faults).toHaveLength(1);
    expect(await run(text)).toMatchObject({ retried: null, response: { status: 200 } });
    expect(api.faults).toHaveLength(1);
  });

  it('is sent no second time when the proof is refused for another reason', async () => {
    let asked = 0;
    const { url } = await httpServer((_request, response) => {
      asked++;
      response.writeHead(401, { 'WWW-Authenticate': 'DPoP error="invalid_dpop_proof"' });
      response.end();
    });
    const { run, provider } = await setUp();
    const result = await run(`# @token viewer\nGET ${url}/\n`);
    expect(result).toMatchObject({
      retried: null,
      challenge: { error: 'invalid_dpop_proof', refusal: null },
    });
    expect(asked).toBe(1);
    expect(provider.tokenRequests()).toBe(1);
  });

  it('leaves a proof alone that was written by hand', async () => {
    let proof: unknown;
    const { url } = await httpServer((request, response) => {
      proof = request.headers['dpop'];
      response.end();
    });
    const { run } = await setUp();
    await run(`# @token viewer\nGET ${url}/\nDPoP: by.hand.written\n`);
    expect(proof).toBe('by.hand.written');
  });

  it('is bound with its refresh token too, for a public client', async () => {
    const api = await resource();
    const changes = { grant: 'refresh_token', clientAuthentication: 'none' } as const;
    const { run, provider, profile, manager, options } = await setUp({ clientId: 'bound-public', changes });
    const keptSecret = (kind: 'dpop_key', make: () => Promise<string>) =>
      options.keptSecrets.keep(kind, profile, make);
    const context = contextOf({ keptSecret: (_kind, make) => keptSecret('dpop_key', make) });
    const jkt = await (await handles.of(profile, context)).calculateThumbprint();
    const refreshToken = await provider.signIn('bound-public', 'reports:read', { jkt });
    await manager.add(profile, refreshToken);
    expect((await run(`# @token viewer\nGET ${api.origin}/\n`)).response?.status).toBe(200);
    expect(api.faults).toEqual([]);
  });
});

describe('a token endpoint and DPoP', () => {
  it('is not believed when it sends a token without a key', async () => {
    const { url } = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: 'plain-token', token_type: 'Bearer' }));
    });
    const { obtain, profile } = await setUp();
    const plain = { ...profile, issuer: null, tokenEndpoint: `${url}/token` };
    await expect(obtain(plain, contextOf())).rejects.toMatchObject({
      code: 'token_response_invalid',
      hint: expect.stringContaining('remove "dpop" from the profile') as string,
    });
  });

  it('is not believed when it binds a token to an unknown key', async () => {
    const { url } = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: 'bound-token', token_type: 'DPoP' }));
    });
    const { obtain, profile } = await setUp();
    const plain = { ...profile, issuer: null, tokenEndpoint: `${url}/token`, options: noOptions };
    await expect(obtain(plain, contextOf())).rejects.toMatchObject({ code: 'token_response_invalid' });
  });

  it('is asked at most twice when it always wants another nonce', async () => {
    let asked = 0;
    const { url } = await httpServer((_request, response) => {
      asked++;
      response.writeHead(400, { 'content-type': 'application/json', 'DPoP-Nonce': `n-${asked}` });
      response.end(JSON.stringify({ error: 'use_dpop_nonce' }));
    });
    const { obtain, profile } = await setUp();
    const plain = { ...profile, issuer: null, tokenEndpoint: `${url}/token` };
    await expect(obtain(plain, contextOf())).rejects.toMatchObject({ code: 'oauth_error' });
    expect(asked).toBe(2);
  });

  it('says that a stored key cannot be read, without a word of it', async () => {
    const { obtain, profile } = await setUp();
    const context = contextOf({ keptSecret: () => Promise.resolve('{"kty":"EC","d":"secret-part"}') });
    const failure: unknown = await obtain(profile, context).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'key_invalid' });
    expect(JSON.stringify(failure)).not.toContain('secret-part');
  });

  it('knows the thumbprint of its key, for the authorization request', async () => {
    const { profile } = await setUp();
    const key = await makeDpopKey();
    const handle = await handles.of(profile, { keptSecret: () => Promise.resolve(key) });
    const { kty, crv, x, y } = JSON.parse(key) as Required<Pick<JWK, 'kty' | 'crv' | 'x' | 'y'>>;
    const jwk: JWK = { kty, crv, x, y };
    expect(await handle.calculateThumbprint()).toBe(await calculateJwkThumbprint(jwk));
  });
});
