import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateOf } from '../../src/http/peerCertificate.ts';
import {
  certificate,
  failureOf,
  httpServer,
  httpsServer,
  newClient,
  newRequest,
  rawServer,
  type Pems,
} from './support.ts';

let pems: Pems;

beforeAll(async () => {
  pems = await certificate();
});

describe('TLS', () => {
  it.each([
    ['self-signed', {}, 'self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'expired',
      { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') },
      'has expired',
      'CERT_HAS_EXPIRED',
    ],
    [
      'not valid yet',
      { notBefore: new Date('2090-01-01'), notAfter: new Date('2091-01-01') },
      'not valid yet',
      'CERT_NOT_YET_VALID',
    ],
    [
      'for another host',
      { names: ['other.example'] },
      'for another host name',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('tells why a certificate that is %s is refused', async (title, options, words, reason) => {
    const own = await certificate(options);
    const server = await httpsServer((_request, response) => response.end(), own);
    const client = newClient({ caCertificates: title === 'self-signed' ? [] : [own.cert] });
    const error = await failureOf(client.send(newRequest({ url: `${server.url}/?hush` })));
    expect(error).toMatchObject({
      code: 'tls_failed',
      data: { host: 'localhost', port: server.port, reason },
    });
    expect((error as Error).message).toContain(words);
    expect((error as Error).message).toContain(`localhost:${server.port}`);
    expect((error as Error).message).not.toContain('hush');
  });

  it('tells an unknown authority, and trusts it when its certificate is given', async () => {
    const authority = await certificate({ names: ['Test Authority'] });
    const leaf = await certificate({ issuer: authority });
    const server = await httpsServer((_request, response) => response.end('ok'), leaf);
    const error = await failureOf(newClient().send(newRequest({ url: server.url })));
    expect(error).toMatchObject({ code: 'tls_failed' });
    expect((error as Error).message).toContain('authority that is not trusted');
    const client = newClient({ caCertificates: [authority.cert] });
    const response = await client.send(newRequest({ url: server.url }));
    expect(response).toMatchObject({ status: 200, tlsVerified: true, httpVersion: '1.1' });
    expect(response.timings.tlsMs).toEqual(expect.any(Number));
  });

  it('shows the certificate that is not accepted', async () => {
    const until = new Date('2031-02-03T04:05:06Z');
    const authority = await certificate({ names: ['Test Authority'] });
    const leaf = await certificate({ issuer: authority, notAfter: until });
    const server = await httpsServer((_request, response) => response.end('ok'), leaf);
    const client = newClient({ trust: { hint: 'Trust it.' } });
    const error = await failureOf(client.send(newRequest({ url: server.url })));
    expect(error).toMatchObject({ code: 'tls_failed', hint: 'Trust it.' });
    expect(certificateOf(new Error('because of it', { cause: error }))).toEqual({
      host: `localhost:${server.port}`,
      reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      subject: 'CN=localhost',
      issuer: 'CN=Test Authority',
      names: 'DNS:localhost',
      validFrom: expect.stringMatching(/^20.*Z$/) as string,
      validTo: '2031-02-03T04:05:06.000Z',
      sha256: new X509Certificate(leaf.cert).fingerprint256,
    });
    expect(certificateOf(new Error('another one'))).toBeNull();
    const silent = await rawServer((socket) => socket.destroy());
    const closed = await failureOf(client.send(newRequest({ url: silent.url.replace('http:', 'https:') })));
    expect(certificateOf(closed)).toBeNull();
  });

  it('takes a certificate that the person trusts, for exactly its host and no other certificate', async () => {
    const wrong = await certificate({
      names: ['other.example'],
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    });
    const changed = await certificate();
    const server = await httpsServer((_request, response) => response.end('ok'), wrong);
    const second = await httpsServer((_request, response) => response.end('ok'), wrong);
    const trusted = new Set([`localhost:${server.port} ${new X509Certificate(wrong.cert).fingerprint256}`]);
    const trust = {
      accepts: (host: string, sha256: string) => Promise.resolve(trusted.has(`${host} ${sha256}`)),
      hint: '',
    };
    const client = newClient({ trust });
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({
      status: 200,
      tlsVerified: true,
    });
    for (const url of [second.url, server.url.replace('localhost', '127.0.0.1')]) {
      expect(await failureOf(client.send(newRequest({ url })))).toMatchObject({ code: 'tls_failed' });
    }
    const other = await httpsServer((_request, response) => response.end('ok'), changed);
    trusted.add(`localhost:${other.port} ${new X509Certificate(wrong.cert).fingerprint256}`);
    expect(await failureOf(client.send(newRequest({ url: other.url })))).toMatchObject({
      code: 'tls_failed',
    });
  });

  it('goes unverified only where it was asked for, on connections of its own', async () => {
    const server = await httpsServer((_request, response) => response.end('ok'), pems);
    const client = newClient();
    expect(await client.send(newRequest({ url: server.url, verifyTls: false }))).toMatchObject({
      tlsVerified: false,
    });
    expect(await failureOf(client.send(newRequest({ url: server.url })))).toMatchObject({
      code: 'tls_failed',
    });
    expect(await client.send(newRequest({ url: server.url, verifyTls: false }))).toMatchObject({
      status: 200,
    });
  });

  it('is asked again on the same host after a redirect, and verified on another', async () => {
    const other = await httpsServer((_request, response) => response.end('other'), pems);
    const server = await httpsServer((request, response) => {
      const port = new URL(other.url).port;
      const host = request.url === '/same' ? `localhost:${port}` : `127.0.0.1:${port}`;
      response.writeHead(302, { Location: `https://${host}/` }).end();
    }, pems);
    const client = newClient();
    const same = await client.send(newRequest({ url: `${server.url}/same`, verifyTls: false }));
    expect(same).toMatchObject({ status: 200, tlsVerified: false });
    const error = await failureOf(client.send(newRequest({ url: `${server.url}/other`, verifyTls: false })));
    expect(error).toMatchObject({ code: 'tls_failed' });
  });

  it('tells a port that does not speak it', async () => {
    const plain = await httpServer((_request, response) => response.end());
    const silent = await rawServer((socket) => socket.destroy());
    for (const port of [plain.port, silent.port]) {
      const error = await failureOf(newClient().send(newRequest({ url: `https://127.0.0.1:${port}/` })));
      expect(error).toMatchObject({
        code: 'tls_failed',
        hint: 'Check that this port speaks https, not http.',
      });
    }
  });

  it('waits no longer for a handshake than for a connection', async () => {
    const server = await rawServer(() => undefined);
    const url = server.url.replace('http:', 'https:');
    const error = await failureOf(newClient().send(newRequest({ url, connectTimeoutMs: 80 })));
    expect(error).toMatchObject({ code: 'connect_timeout' });
    expect((error as Error).message).toContain('within 0.08 s');
  });

  it('gives waiting requests the failure of the connection they wait for', async () => {
    const server = await httpsServer((_request, response) => response.end(), pems);
    const client = newClient();
    const errors = await Promise.all(
      Array.from({ length: 20 }, () => failureOf(client.send(newRequest({ url: server.url })))),
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'tls_failed' });
    expect(server.sockets.size).toBeLessThanOrEqual(2);
  });

  it('goes on for those who wait when the first one gives up', async () => {
    const server = await httpsServer((_request, response) => response.end('ok'), pems);
    const client = newClient({ caCertificates: [pems.cert] });
    const stop = new AbortController();
    const first = failureOf(client.send(newRequest({ url: server.url }), stop.signal));
    const others = Array.from({ length: 5 }, () => client.send(newRequest({ url: server.url })));
    stop.abort();
    expect(await first).toMatchObject({ code: 'cancelled' });
    for (const { status } of await Promise.all(others)) expect(status).toBe(200);
  });

  it('refuses extra certificates that are none, in words', async () => {
    const server = await httpsServer((_request, response) => response.end('ok'), pems);
    const client = newClient({ caCertificates: ['not a certificate'] });
    const error = await failureOf(client.send(newRequest({ url: server.url })));
    expect(error).toMatchObject({ code: 'tls_failed' });
    expect((error as Error).message).toContain('extra CA certificates');
  });
});
