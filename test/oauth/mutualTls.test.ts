import { decodeJwt } from 'jose';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { fetchThrough } from '../../src/http/fetch.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { noOptions, type ProfileOptions } from '../../src/profile/profile.ts';
import { certificate, listen, type Pems } from '../http/support.ts';
import { profileOf } from '../token/support.ts';
import { startProvider } from './provider.mjs';
import { contextOf, failureOf, obtainer } from './support.ts';

let folder: string;
let authority: Pems;
let server: Pems;
let own: Pems;
let provider: Awaited<ReturnType<typeof startProvider>>;
const client = () => createHttpClient({ proxy: null, caCertificates: [authority.cert] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-mtls-'));
  authority = await certificate({ names: ['Test Authority'] });
  server = await certificate({ issuer: authority });
  own = await certificate({ names: ['client.example.com'], issuer: authority });
  await writeFile(join(folder, 'client.pem'), own.cert);
  await writeFile(join(folder, 'client.key'), own.key);
  provider = await startProvider({ tls: { ...server, ca: authority.cert } });
});
afterAll(async () => {
  await provider.close();
  await rm(folder, { recursive: true });
});

function profile(options: Partial<ProfileOptions> = {}, issuer = provider.issuer) {
  return profileOf({
    name: 'mtls',
    issuer,
    clientId: 'mtls',
    clientAuthentication: 'tls_client_auth',
    options: {
      ...noOptions,
      certificateFile: join(folder, 'client.pem'),
      keyFile: join(folder, 'client.key'),
      ...options,
    },
  });
}

async function obtain(wanted: ReturnType<typeof profile>, secret?: string) {
  const http = client();
  const context = contextOf({
    secret: () =>
      secret === undefined ? Promise.reject(new Error('must not be asked')) : Promise.resolve(secret),
  });
  try {
    return await obtainer({
      clock: systemClock,
      fetch: fetchThrough(http),
      fetchAs: (clientCertificate) => fetchThrough(http, { clientCertificate }),
    })(wanted, context);
  } finally {
    await http.close();
  }
}

function peerOf({ socket }: IncomingMessage): string {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return shown?.subjectAltName ?? 'nobody';
}

describe('a client that proves itself with its certificate', () => {
  it('gets a token that is bound to it (RFC 8705)', async () => {
    const thumbprint = Buffer.from(new X509Certificate(own.cert).fingerprint256.replaceAll(':', ''), 'hex');
    const fromFile = await obtain(profile());
    const stored = await obtain(profile({ keyFile: null }), own.key);
    for (const { accessToken } of [fromFile, stored]) {
      expect(decodeJwt(accessToken)['cnf']).toEqual({ 'x5t#S256': thumbprint.toString('base64url') });
    }
  });

  it('is refused with the certificate of another client', async () => {
    const other = await certificate({ names: ['other.example.com'], issuer: authority });
    await writeFile(join(folder, 'other.pem'), other.cert);
    const options = { certificateFile: join(folder, 'other.pem'), keyFile: null };
    expect((await failureOf(obtain(profile(options), other.key))).code).toBe('invalid_client');
  });

  it.each<[string, Partial<ProfileOptions>, string | undefined, string]>([
    ['no certificate', { certificateFile: null }, undefined, 'profile_invalid'],
    ['a certificate that is none', { certificateFile: '/etc/hosts' }, undefined, 'key_invalid'],
    ['a relative path', { certificateFile: 'client.pem' }, undefined, 'profile_invalid'],
    ['a file that is not there', { certificateFile: '/none/client.pem' }, undefined, 'file_unreadable'],
    ['another key', { keyFile: null }, 'another', 'key_invalid'],
    ['no key', { keyFile: null }, '-----BEGIN PRIVATE KEY-----', 'key_invalid'],
  ])('is told of %s', async (_name, options, secret, code) => {
    const error = await failureOf(obtain(profile(options), secret === 'another' ? server.key : secret));
    expect(error.code).toBe(code);
  });
});

it.each([
  ['takes certificates of another authority only', true, 'connection_reset', 'shown a client certificate'],
  ['asks for one where the profile has none', false, 'tls_failed', 'asks for a client certificate'],
])('says so when a token endpoint %s', async (_name, shows, code, words) => {
  // In TLS 1.3 both are told after the handshake, when the request is on its way.
  const ca = (await certificate({ names: ['Other Authority'] })).cert;
  const refusing = createServer(
    { ...server, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    (_request, response) => response.end(JSON.stringify({ access_token: 'taken', token_type: 'bearer' })),
  );
  const { port } = await listen(refusing);
  const wanted = {
    ...profile(),
    issuer: null,
    tokenEndpoint: `https://localhost:${port}/token`,
    ...(shows ? {} : { clientAuthentication: 'client_secret_basic' as const }),
  };
  const error = await failureOf(obtain(wanted, 'a client secret'));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
  expect(error.hint).toContain('certificate');
});

it('shows its certificate at the mtls endpoint alone, and only where it is asked to post', async () => {
  const shown: string[] = [];
  let origin = '';
  const answering = createServer(
    { ...server, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const peer = peerOf(request);
      shown.push(`${request.method ?? ''} ${request.url ?? ''} ${peer}`);
      response.setHeader('content-type', 'application/json');
      response.end(
        request.method === 'GET'
          ? JSON.stringify({
              issuer: origin,
              token_endpoint: `${origin}/token`,
              mtls_endpoint_aliases: { token_endpoint: `${origin}/mtls/token` },
            })
          : JSON.stringify({ access_token: 'bound', token_type: 'bearer' }),
      );
    },
  );
  const { port } = await listen(answering);
  origin = `https://localhost:${port}`;
  expect((await obtain(profile({}, origin))).accessToken).toBe('bound');
  expect(shown).toEqual([
    'GET /.well-known/openid-configuration nobody',
    'POST /mtls/token DNS:client.example.com',
  ]);
});

it('uses no connection with a certificate for a request without one', async () => {
  const peers: string[] = [];
  const answering = createServer(
    { ...server, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      peers.push(peerOf(request));
      response.end();
    },
  );
  const { port } = await listen(answering);
  const http = client();
  const url = `https://localhost:${port}/`;
  const mine = { certificate: own.cert, key: own.key };
  for (const shown of [mine, null, mine, null]) {
    await fetchThrough(http, shown === null ? {} : { clientCertificate: shown })(url);
  }
  expect(peers).toEqual(['DNS:client.example.com', 'nobody', 'DNS:client.example.com', 'nobody']);
  await http.close();
});
