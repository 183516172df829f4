import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { decodeJwt, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificate, listen, type Pems } from '../http/support.ts';
import { pfx, pfxPassphrase } from '../support/pfx.ts';
import { keyturn } from './support.ts';

let cwd: string;
let keys: string;
let own: Pems;
let authority: Pems;
let server: Pems;
let env: Record<string, string>;

function thumbprintOf({ fingerprint256 }: X509Certificate): string {
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-certificate-'));
  keys = await mkdtemp(join(tmpdir(), 'keyturn-keys-'));
  authority = await certificate({ names: ['Test Authority'] });
  server = await certificate({ issuer: authority });
  own = await certificate({ names: ['client.example.com'], issuer: authority });
  const certificateFile = join(keys, 'client.pem');
  const keyFile = join(keys, 'client.key');
  await writeFile(certificateFile, own.cert);
  await writeFile(keyFile, own.key);
  const client = {
    grant: 'client_credentials',
    issuer: 'https://id.example.com',
    clientId: 'mtls',
    clientAuthentication: 'tls_client_auth',
    certificateFile,
    origins: ['https://localhost:*'],
  };
  const tokens = { mtls: { ...client, keyFile }, stored: client };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens }));
  const bound = new UnsecuredJWT({ cnf: { 'x5t#S256': thumbprintOf(new X509Certificate(own.cert)) } })
    .setExpirationTime('1h')
    .encode();
  env = {
    KEYTURN_TOKEN_MTLS: bound,
    KEYTURN_TOKEN_STORED: bound,
    KEYTURN_PRIVATE_KEY_STORED: own.key,
    KEYTURN_ALLOW_KEY_FILES: keyFile,
  };
});
afterAll(async () => {
  for (const folder of [cwd, keys]) await rm(folder, { recursive: true, force: true });
});

/** Takes no client without a certificate, and no token that is bound to another one. */
async function api(): Promise<string> {
  const answering = createServer(
    { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    ({ socket, headers }, response) => {
      const peer = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
      const { cnf } = decodeJwt<{ cnf?: Record<string, string> }>(headers.authorization?.slice(7) ?? '');
      const taken = peer !== undefined && cnf?.['x5t#S256'] === thumbprintOf(peer);
      response.writeHead(taken ? 200 : 401).end();
    },
  );
  const { port } = await listen(answering);
  return `https://localhost:${port}`;
}

async function run(
  token: string,
  changes: Record<string, string> = {},
  options = ['--insecure-host', 'localhost'],
) {
  const text = `# @token ${token}\n# @insecure\nGET ${await api()}/reports\n`;
  await writeFile(join(cwd, 'a.http'), text);
  return keyturn(['run', 'a.http', '--json', ...options], { cwd, env: { ...env, ...changes } });
}

describe('keyturn run with a token that is bound to a certificate', () => {
  it.each(['mtls', 'stored'])('shows the certificate: %s', async (token) => {
    const { code, out, err } = await run(token);
    expect(JSON.parse(out)).toMatchObject({ error: null, response: { status: 200 } });
    expect(code).toBe(0);
    expect(out + err).not.toContain(own.key.split('\n')[1]);
  });

  it('sends it over no connection that the file alone does not let be verified', async () => {
    const { code, out } = await run('mtls', {}, []);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'certificate_not_verified' }, response: null });
    expect((await run('mtls', {}, ['--insecure-host', 'https://localhost/'])).code).toBe(2);
  });

  it('reads no key file without a permission', async () => {
    const { code, out } = await run('mtls', { KEYTURN_ALLOW_KEY_FILES: '' });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'access_denied' } });
  });

  it('says which key is missing', async () => {
    const { code, out } = await run('stored', { KEYTURN_PRIVATE_KEY_STORED: '' });
    expect(code).toBe(1);
    expect(out).not.toContain('"status":200');
    expect(JSON.parse(out)).toMatchObject({
      error: { code: expect.stringMatching(/secret_missing|store_/) as string },
    });
  });
});

describe('keyturn run with a client certificate of .httpyac.json', () => {
  it('shows it to its host, with the passphrase of the environment', async () => {
    const seen: string[] = [];
    const answering = createServer(
      { ...server, requestCert: true, rejectUnauthorized: false },
      ({ socket }, response) => {
        const peer = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
        seen.push(peer?.subjectAltName ?? 'nobody');
        response.end();
      },
    );
    const { port } = await listen(answering);
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-httpyac-'));
    await writeFile(join(folder, 'client.pfx'), pfx);
    const clientCertificates = { [`localhost:${port}`]: { pfx: './client.pfx' } };
    await writeFile(join(folder, '.httpyac.json'), JSON.stringify({ clientCertificates }));
    const url = `https://localhost:${port}/?key={{$processEnv KEYTURN_CERTIFICATE_PASSPHRASE}}`;
    await writeFile(join(folder, 'a.http'), `GET https://localhost:${port}/\n\n###\nGET ${url}\n`);
    const insecure = ['--insecure-host', 'localhost'];
    const send = (args: string[], passphrase: string) =>
      keyturn(['run', 'a.http', ...insecure, ...args], {
        cwd: folder,
        env: { KEYTURN_CERTIFICATE_PASSPHRASE: passphrase },
      });
    const shown = await send(['--json'], pfxPassphrase);
    expect(seen).toEqual(['DNS:pfx.example.com']);
    expect(shown.out + shown.err).not.toContain(pfxPassphrase);
    expect(JSON.parse(shown.out.split('\n')[1] ?? '')).toMatchObject({ response: null });
    const wrong = await send(['--json', '--line', '1'], 'wrong-passphrase');
    expect(JSON.parse(wrong.out)).toMatchObject({ error: { code: 'secret_missing' } });
    const untrusted = await send(['--json', '--line', '1', '--untrusted'], pfxPassphrase);
    expect(JSON.parse(untrusted.out)).toMatchObject({ error: { code: 'untrusted_workspace' } });
    expect(seen).toHaveLength(1);
    await rm(folder, { recursive: true, force: true });
  });
});
