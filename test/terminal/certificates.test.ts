import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificate, httpsServer } from '../http/support.ts';
import { keyturn } from './support.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-ca-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a certificate of an unknown authority', () => {
  it('is shown with the option that trusts it, which does', async () => {
    const authority = await certificate({ names: ['House Authority'] });
    const leaf = await certificate({ issuer: authority });
    const server = await httpsServer((_request, response) => response.end('ok'), leaf);
    await writeFile(join(folder, 'a.http'), `GET ${server.url}/\n`);
    await writeFile(join(folder, 'ca.pem'), authority.cert);
    const { fingerprint256 } = new X509Certificate(leaf.cert);

    const refused = await keyturn(['run', 'a.http'], { cwd: folder });
    expect(refused.code).toBe(1);
    for (const part of ['CN=localhost', 'CN=House Authority', fingerprint256, '`--ca FILE`']) {
      expect(refused.out).toContain(part);
    }
    const json = await keyturn(['run', 'a.http', '--json'], { cwd: folder });
    expect(JSON.parse(json.out)).toMatchObject({
      error: { code: 'tls_failed', certificate: { issuer: 'CN=House Authority', sha256: fingerprint256 } },
    });

    const given = await keyturn(['run', 'a.http', '--ca', 'ca.pem', '--name', 'x'], { cwd: folder });
    expect(given.err).toContain('There is no request named');
    expect(await keyturn(['run', 'a.http', '--ca', 'ca.pem'], { cwd: folder })).toMatchObject({ code: 0 });
    const missing = await keyturn(['run', 'a.http', '--ca', 'none.pem'], { cwd: folder });
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('none.pem') as string });
  });

  it('of an authorization server is trusted in the same way', async () => {
    const pems = await certificate();
    let asked = 0;
    const server = await httpsServer((_request, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"access_token":"issued-for-the-test-0123","token_type":"Bearer"}');
    }, pems);
    const profile = {
      grant: 'client_credentials',
      tokenEndpoint: `${server.url}/token`,
      clientId: 'robot',
      origins: ['https://localhost:1'],
    };
    await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { robot: profile } }));
    await writeFile(join(folder, 'ca.pem'), pems.cert);
    const surroundings = { cwd: folder, env: { KEYTURN_CLIENT_SECRET_ROBOT: 'a secret of the test' } };
    const refused = await keyturn(['token', 'refresh', 'robot'], surroundings);
    expect(refused.err).toContain('its certificate is self-signed');
    expect(refused.err).toContain(new X509Certificate(pems.cert).fingerprint256);
    expect(asked).toBe(0);
    await keyturn(['token', 'refresh', 'robot', '--ca', 'ca.pem'], surroundings);
    expect(asked).toBe(1);
  });
});
