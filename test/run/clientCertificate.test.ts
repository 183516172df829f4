import type { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { decodeJwt, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { fetchThrough } from '../../src/http/fetch.ts';
import { createApiCertificates } from '../../src/oauth/client/apiCertificates.ts';
import { createGrantTools } from '../../src/oauth/obtain.ts';
import { secretKey } from '../../src/profile/key.ts';
import { noOptions, type ProfileOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { InspectionSecrets } from '../../src/oauth/verify/inspectionSecrets.ts';
import { certificate, listen, type Pems } from '../http/support.ts';
import { startProvider } from '../oauth/provider.mjs';
import { obtainer, obtainOptions } from '../oauth/support.ts';
import { harness, profileOf, settled, staticProfile } from '../token/support.ts';
import { engineOver } from './support.ts';

let folder: string;
let authority: Pems;
let server: Pems;
let own: Pems;
let provider: Awaited<ReturnType<typeof startProvider>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-bound-'));
  authority = await certificate({ names: ['Test Authority'] });
  server = await certificate({ issuer: authority });
  own = await certificate({ names: ['client.example.com'], issuer: authority });
  await keep('client', own);
  provider = await startProvider({ tls: { ...server, ca: authority.cert } });
});
afterAll(async () => {
  await provider.close();
  await rm(folder, { recursive: true });
});

const fileOf = (name: string) => join(folder, name);

async function keep(name: string, { cert, key }: Pems): Promise<void> {
  await writeFile(fileOf(`${name}.pem`), cert);
  await writeFile(fileOf(`${name}.key`), key);
}

function thumbprintOf(cert: X509Certificate): string {
  return Buffer.from(cert.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}

/** Who a request came from, by the certificate of its connection. */
function peerOf({ socket }: IncomingMessage): X509Certificate | null {
  return (socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined) ?? null;
}

interface Seen {
  readonly path: string;
  readonly peer: string;
  readonly authorization: string;
}

/**
 * An API over TLS that takes bound tokens as RFC 8705 section 3 has it; without a token it answers every client. With
 * `demands` no client gets through the handshake without a certificate of its authority.
 */
async function api({
  demands = false,
  takes = authority,
  answer,
}: {
  readonly demands?: boolean;
  /** Whose certificates. */
  readonly takes?: Pems;
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
} = {}) {
  const seen: Seen[] = [];
  const listening = createServer(
    { ...server, ca: takes.cert, requestCert: true, rejectUnauthorized: demands },
    (request, response) => {
      const peer = peerOf(request);
      const authorization = request.headers.authorization ?? '';
      seen.push({
        path: request.url ?? '',
        peer: peer?.subjectAltName ?? 'nobody',
        authorization: authorization === '' ? 'none' : 'token',
      });
      if (answer?.(request, response) === true) return;
      if (authorization === '') {
        response.end('anybody');
        return;
      }
      const { cnf } = decodeJwt<{ cnf?: Record<string, string> }>(authorization.replace(/^Bearer /, ''));
      const bound = peer !== null && cnf?.['x5t#S256'] === thumbprintOf(peer);
      if (!bound) response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
      response.end(bound ? 'taken' : 'not yours');
    },
  );
  const { port, sockets } = await listen(listening);
  return { origin: `https://localhost:${port}`, port, seen, sockets };
}

function boundProfile(
  options: Partial<ProfileOptions> = {},
  changes: Partial<TokenProfile> = {},
): TokenProfile {
  return profileOf({
    name: 'mtls',
    issuer: provider.issuer,
    clientId: 'mtls',
    clientAuthentication: 'tls_client_auth',
    origins: ['https://localhost:*'],
    options: {
      ...noOptions,
      certificateFile: fileOf('client.pem'),
      keyFile: fileOf('client.key'),
      ...options,
    },
    ...changes,
  });
}

/** The engine as a door builds it, with a certificate source over the same files and secrets as the grants. */
function setUp(profile: TokenProfile, given: { readonly key?: string } = {}) {
  const client = createHttpClient({ proxy: null, caCertificates: [authority.cert] });
  const reads: string[] = [];
  const options = obtainOptions({
    clock: systemClock,
    fetch: fetchThrough(client),
    fetchAs: (clientCertificate) => fetchThrough(client, { clientCertificate }),
  });
  const askSecret = () => Promise.resolve(given.key ?? null);
  const kept = harness();
  const secrets = new InspectionSecrets({ store: kept.store, redactor: kept.redactor, askSecret });
  const source = createApiCertificates(createGrantTools(options), secrets);
  const engine = engineOver({
    profiles: [profile, staticProfile({ origins: ['https://localhost:*'] })],
    client,
    manager: { clock: systemClock, obtain: obtainer(options), askSecret },
    certificates: {
      of: (carried) => {
        reads.push(carried.profile.name);
        return source.of(carried);
      },
    },
  });
  return { ...engine, client, reads, kept };
}

describe('a token that is bound to a certificate', () => {
  it('is taken by an API that demands the certificate and compares it', async () => {
    const { origin, seen } = await api({ demands: true });
    const { run } = setUp(boundProfile());
    const result = await run(`# @token mtls\nGET ${origin}/reports\n`);
    expect(result).toMatchObject({ error: null, retried: null, response: { status: 200 } });
    expect(Buffer.from(result.response?.body ?? []).toString()).toBe('taken');
    expect(seen).toEqual([{ path: '/reports', peer: 'DNS:client.example.com', authorization: 'token' }]);
  });

  it('is taken where the token stands in the text', async () => {
    const { origin } = await api({ demands: true });
    const { run } = setUp(boundProfile());
    const result = await run(`GET ${origin}/\nAuthorization: Bearer {{$token mtls}}\n`);
    expect(result.response?.status).toBe(200);
  });

  it('is taken with a key from the secret store, which is asked for once', async () => {
    const { origin } = await api({ demands: true });
    const profile = boundProfile({ keyFile: null });
    const { run, kept } = setUp(profile, { key: own.key });
    expect((await run(`# @token mtls\nGET ${origin}/\n`)).response?.status).toBe(200);
    expect(await kept.store.getSecret(secretKey('private_key', profile))).toBe(own.key);
    expect(kept.redactor.mask(own.key)).not.toContain(own.key.split('\n')[1]);
  });

  it('shares no connection with requests that carry none', async () => {
    const { origin, seen, sockets } = await api();
    const { run, manager, reads } = setUp(boundProfile());
    await manager.add(staticProfile({ origins: ['https://localhost:*'] }), 'a.e30.a');
    const texts = ['# @token mtls\n', '', '# @token pasted\n'];
    // One after the other, so that each finds the connection of the one before; then all at once.
    for (let i = 0; i < 6; i++) await run(`${texts[i % 3] ?? ''}GET ${origin}/${i}\n`);
    expect(sockets.size).toBe(2);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => run(`${texts[i % 3] ?? ''}GET ${origin}/${6 + i}\n`)),
    );
    expect(seen).toHaveLength(66);
    for (const { path, peer } of seen) {
      expect(peer, path).toBe(Number(path.slice(1)) % 3 === 0 ? 'DNS:client.example.com' : 'nobody');
    }
    expect(new Set(reads)).toEqual(new Set(['mtls']));
  });

  it('keeps its certificate through a redirect of the origin, and shows it to no other', async () => {
    const elsewhere = await api();
    const { origin, seen } = await api({
      answer(request, response) {
        const to = { '/old': '/new', '/away': `${elsewhere.origin}/there` }[request.url ?? ''];
        if (to === undefined) return false;
        response.writeHead(307, { location: to }).end();
        return true;
      },
    });
    const { run } = setUp(boundProfile());
    expect((await run(`# @token mtls\nGET ${origin}/old\n`)).response?.status).toBe(200);
    expect(seen.map(({ path, peer }) => [path, peer])).toEqual([
      ['/old', 'DNS:client.example.com'],
      ['/new', 'DNS:client.example.com'],
    ]);
    const away = await run(`# @token mtls\nGET ${origin}/away\n`);
    expect(away.response?.status).toBe(200);
    expect(elsewhere.seen).toEqual([{ path: '/there', peer: 'nobody', authorization: 'none' }]);
  });

  it('is not shown where the token may not go', async () => {
    const { origin, seen } = await api();
    const profile = boundProfile({}, { origins: ['https://api.example.com'] });
    const { run, reads } = setUp(profile);
    expect((await run(`# @token mtls\nGET ${origin}/\n`)).error?.code).toBe('origin_not_allowed');
    expect({ seen, reads }).toEqual({ seen: [], reads: [] });
  });

  it('is not read for plain http on this computer', async () => {
    const profile = boundProfile({}, { origins: ['http://127.0.0.1:*'] });
    const { run, reads } = setUp(profile);
    await run(`# @token mtls\nGET http://127.0.0.1:9/\n`);
    expect(reads).toEqual([]);
  });

  it('is obtained anew with a certificate that was renewed meanwhile', async () => {
    await keep('renewed', own);
    const files = { certificateFile: fileOf('renewed.pem'), keyFile: fileOf('renewed.key') };
    const { origin } = await api({ demands: true });
    const first = setUp(boundProfile(files));
    await first.run(`# @token mtls\nGET ${origin}/\n`);
    const held = (await first.manager.peek(boundProfile(files))).token;
    await keep('renewed', await certificate({ names: ['client.example.com'], issuer: authority }));
    // Another window, or the same one after a restart: it has the token still, and not the old certificate.
    const second = setUp(boundProfile(files));
    if (held !== null) await second.store.set(held);
    expect(await second.run(`# @token mtls\nGET ${origin}/\n`)).toMatchObject({
      retried: 'invalid_token',
      response: { status: 200 },
    });
  });

  it('says what is wrong when the API takes certificates of another authority only', async () => {
    const takes = await certificate({ names: ['Other Authority'] });
    const { origin, seen } = await api({ demands: true, takes });
    const { run, manager } = setUp(boundProfile());
    const shown = await run(`# @token mtls\nPOST ${origin}/reports\n\nx\n`);
    expect(shown.error).toMatchObject({
      code: 'connection_reset',
      message: expect.stringContaining('after it was shown a client certificate') as string,
      hint: expect.stringContaining('the server trusts its issuer') as string,
    });
    // The token is as good as before: no server refused it.
    expect((await manager.peek(boundProfile())).status).toBe('active');
    await manager.add(staticProfile({ origins: ['https://localhost:*'] }), 'a.e30.a');
    const without = await run(`# @token pasted\nPOST ${origin}/reports\n\nx\n`);
    expect(without.error).toMatchObject({
      code: 'tls_failed',
      message: expect.stringContaining('it asks for a client certificate') as string,
    });
    expect(seen).toEqual([]);
  });

  it('is not sent without its certificate', async () => {
    const { origin, seen } = await api();
    const { run, store, manager } = setUp(boundProfile());
    await run(`# @token mtls\nGET ${origin}/\n`);
    const { token } = await manager.peek(boundProfile());
    const moved = boundProfile({ certificateFile: '/none/client.pem' });
    const next = setUp(moved);
    const { key } = await next.manager.peek(moved);
    if (token !== null) await next.store.set({ ...token, key });
    const result = await next.run(`# @token mtls\nGET ${origin}/\n`);
    expect(result.error).toMatchObject({ code: 'file_unreadable' });
    expect(seen).toHaveLength(1);
    expect(await store.list()).toHaveLength(1);
  });
});

it('a token that says that it is bound to none goes without, where there is no certificate', async () => {
  const { origin, seen } = await api({ answer: (_request, response) => Boolean(response.end('taken')) });
  const moved = boundProfile({ certificateFile: '/none/client.pem' });
  const { run, store, manager } = setUp(moved);
  const { key } = await manager.peek(moved);
  const now = Date.now();
  const plain = {
    key,
    name: 'mtls',
    accessToken: new UnsecuredJWT({ sub: 'mtls' }).encode(),
    refreshToken: null,
    idToken: null,
    tokenType: 'bearer',
    scope: null,
    expiresAtMs: now + 3_600_000,
    obtainedAtMs: now,
    personal: null,
  };
  await store.set(plain);
  expect((await run(`# @token mtls\nGET ${origin}/\n`)).response?.status).toBe(200);
  expect(seen).toEqual([{ path: '/', peer: 'nobody', authorization: 'token' }]);
  // Of an opaque one that is unknown.
  await store.set({ ...plain, accessToken: 'opaque', obtainedAtMs: now + 1 });
  await settled();
  expect((await run(`# @token mtls\nGET ${origin}/\n`)).error?.code).toBe('file_unreadable');
});
