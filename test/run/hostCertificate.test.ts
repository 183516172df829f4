import { createPrivateKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { createHttpClient } from '../../src/http/client.ts';
import type { CertificateFiles } from '../../src/httpfile/environments/hostCertificates.ts';
import type { PassphraseQuestion } from '../../src/run/hostCertificate.ts';
import { certificate, listen, type Pems } from '../http/support.ts';
import { pfx, pfxPassphrase } from '../support/pfx.ts';
import { engineOver, type RunChanges } from './support.ts';

let authority: Pems;
let server: Pems;
let own: Pems;
let other: Pems;
let locked: string;

beforeAll(async () => {
  authority = await certificate({ names: ['Test Authority'] });
  server = await certificate({ issuer: authority });
  own = await certificate({ names: ['client.example.com'], issuer: authority });
  other = await certificate({ names: ['other.example.com'], issuer: authority });
  locked = createPrivateKey(own.key)
    .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: pfxPassphrase })
    .toString();
});

function peerOf({ socket }: IncomingMessage): string {
  const peer = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return peer?.subjectAltName ?? 'nobody';
}

async function api(location?: string) {
  const seen: string[] = [];
  const { port } = await listen(
    createServer({ ...server, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      seen.push(peerOf(request));
      if (location !== undefined) response.writeHead(302, { location });
      response.end();
    }),
  );
  return { host: `localhost:${port}`, url: `https://localhost:${port}/`, seen };
}

let asked: PassphraseQuestion[];
let stored: Map<string, string>;
let answer: string | null;
beforeEach(() => {
  asked = [];
  stored = new Map();
  answer = null;
});

interface Setup {
  readonly settings?: Readonly<Record<string, CertificateFiles>>;
  readonly httpyac?: unknown;
}

function engineWith({ settings = {}, httpyac }: Setup) {
  const held = engineOver({
    profiles: [],
    client: createHttpClient({ proxy: null, caCertificates: [authority.cert] }),
    files: {
      '/w/client.pem': own.cert,
      '/w/client.key': own.key,
      '/w/locked.key': locked,
      '/w/other.key': other.key,
      '/w/client.pfx': pfx,
      '/w/broken.pfx': 'broken',
      ...(httpyac === undefined ? {} : { '/w/.httpyac.json': JSON.stringify(httpyac) }),
    },
    certificateSource: {
      settings: () => [{ name: 'rest-client.certificates', hosts: settings, bases: ['/w/settings.json'] }],
      store: {
        getSecret: (key) => Promise.resolve(stored.get(key) ?? null),
        setSecret: (key, secret) => Promise.resolve(void stored.set(key, secret)),
        deleteSecret: (key) => Promise.resolve(void stored.delete(key)),
      },
      askPassphrase(question) {
        asked.push(question);
        return Promise.resolve(answer);
      },
    },
  });
  return { ...held, run: (text: string, changes?: RunChanges) => held.run(text, changes) };
}

const pem = { cert: './client.pem', key: 'client.key' };

describe('a client certificate that settings name for a host', () => {
  test.each<[string, CertificateFiles, string]>([
    ['in PEM', pem, 'DNS:client.example.com'],
    [
      'in PEM with a locked key',
      { cert: 'client.pem', key: '/w/locked.key', passphrase: pfxPassphrase },
      'DNS:client.example.com',
    ],
    ['as PFX', { pfx: 'client.pfx', passphrase: pfxPassphrase }, 'DNS:pfx.example.com'],
  ])('is shown to it: %s', async (_name, files, name) => {
    const { host, url, seen } = await api();
    for (const setup of [
      { settings: { [host]: files } },
      { httpyac: { clientCertificates: { [host]: files } } },
    ]) {
      const { run, redactor } = engineWith(setup);
      expect(await run(`GET ${url}`)).toMatchObject({ error: null, response: { status: 200 } });
      if (files.passphrase !== undefined) expect(redactor.mask(pfxPassphrase)).not.toContain(pfxPassphrase);
    }
    expect(seen).toEqual([name, name]);
    expect(asked).toEqual([]);
  });

  it('is shown to no other host or port, nor behind a redirect', async () => {
    const away = await api();
    const home = await api(away.url);
    const { run } = engineWith({ settings: { [home.host]: pem } });
    expect((await run(`GET ${home.url}`)).response?.status).toBe(200);
    expect([home.seen, away.seen]).toEqual([['DNS:client.example.com'], ['nobody']]);
    await run(`GET ${away.url}`);
    await run(`GET ${home.url.replace('localhost', '127.0.0.1')}\n`);
    await run(`# @noClientCert\n# @no-redirect\nGET ${home.url}`);
    expect(away.seen).toEqual(['nobody', 'nobody']);
    expect(home.seen.slice(1)).toEqual(['nobody']);
  });

  it('works in a trusted workspace only', async () => {
    const { host, url, seen } = await api();
    const { run } = engineWith({ settings: { [host]: pem } });
    const options = { options: { trusted: false } };
    expect((await run(`GET ${url}`, options)).error).toMatchObject({ code: 'untrusted_workspace' });
    expect((await run(`# @noClientCert\nGET ${url}`, options)).error).toBeNull();
    expect(seen).toEqual(['nobody']);
  });

  it.each<[string, CertificateFiles]>([
    ['a PFX', { pfx: 'client.pfx' }],
    ['a locked key', { cert: 'client.pem', key: 'locked.key' }],
  ])('needs the passphrase of %s: from the store, else from the person', async (_name, files) => {
    const { host, url } = await api();
    const withFiles = () => engineWith({ settings: { [host]: files } }).run;
    expect((await withFiles()(`GET ${url}`)).error).toMatchObject({ code: 'secret_missing' });
    answer = 'wrong-passphrase';
    expect((await withFiles()(`GET ${url}`)).error).toMatchObject({
      code: 'key_invalid',
      hint: 'The passphrase is wrong.',
    });
    expect(stored.size).toBe(0);
    answer = pfxPassphrase;
    expect((await withFiles()(`GET ${url}`)).error).toBeNull();
    expect(asked).toEqual([1, 2, 3].map(() => ({ file: files.pfx ?? files.key, host })));
    expect([...stored.values()]).toEqual([pfxPassphrase]);
    answer = null;
    expect((await withFiles()(`GET ${url}`)).error).toBeNull();
    for (const key of stored.keys()) stored.set(key, 'changed-since');
    expect((await withFiles()(`GET ${url}`)).error).toMatchObject({ code: 'secret_missing' });
    expect(stored.size).toBe(0);
  });

  it('does not hold up a request that was cancelled', async () => {
    const { host, url } = await api();
    const stop = new AbortController();
    const { run, clock } = engineWith({ settings: { [host]: { pfx: 'client.pfx' } } });
    answer = pfxPassphrase;
    const running = run(`GET ${url}`, { signal: stop.signal });
    stop.abort();
    expect((await running).error?.code).toBe('cancelled');
    clock.nowMs += 10_000;
    expect((await run(`GET ${url}`)).error).toBeNull();
  });

  it('is asked for once for requests at the same time', async () => {
    const { host, url } = await api();
    answer = pfxPassphrase;
    const { run } = engineWith({ settings: { [host]: { pfx: 'client.pfx' } } });
    const results = await Promise.all(Array.from({ length: 5 }, () => run(`GET ${url}`)));
    expect(results.map(({ error }) => error)).toEqual(results.map(() => null));
    expect(asked).toHaveLength(1);
  });

  test.each<[string, Setup['settings'] | 'httpyac', string]>([
    ['a file that is not there', { host: { cert: 'none.pem', key: 'client.key' } }, 'file_unreadable'],
    ['a certificate without a key', { host: { cert: 'client.pem' } }, 'key_invalid'],
    ['the key of another certificate', { host: { cert: 'client.pem', key: 'other.key' } }, 'key_invalid'],
    ['a PFX that is none', { host: { pfx: 'broken.pfx' } }, 'key_invalid'],
    ['a wrong passphrase', { host: { pfx: 'client.pfx', passphrase: 'wrong' } }, 'key_invalid'],
    ['settings that cannot be read', 'httpyac', 'environment_invalid'],
  ])('fails before anything is sent: %s', async (_name, settings, code) => {
    const { host, url, seen } = await api();
    const setup =
      settings === 'httpyac'
        ? { httpyac: { clientCertificates: { [host]: 'client.pfx' } } }
        : { settings: { [host]: settings?.['host'] ?? {} } };
    const { run } = engineWith(setup);
    const { error } = await run(`GET ${url}`);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify(error)).not.toContain(pfxPassphrase);
    expect(seen).toEqual([]);
  });
});
