import http2 from 'node:http2';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyturnError } from '../../src/base/errors.ts';
import { connectFailure, exchangeFailure } from '../../src/http/failure.ts';
import type { ClientCertificate } from '../../src/http/message.ts';
import { certificate, failureOf, listen, newClient, newRequest, type Pems } from './support.ts';

let authority: Pems;
let otherAuthority: Pems;
let server: Pems;
let mine: ClientCertificate;
let another: ClientCertificate;

beforeAll(async () => {
  authority = await certificate({ names: ['Test Authority'] });
  otherAuthority = await certificate({ names: ['Other Authority'] });
  server = await certificate({ issuer: authority });
  mine = asShown(await certificate({ names: ['mine.example.com'], issuer: authority }));
  another = asShown(await certificate({ names: ['another.example.com'], issuer: authority }));
});

function asShown({ cert, key }: Pems): ClientCertificate {
  return { certificate: cert, key };
}

const client = () => newClient({ caCertificates: [authority.cert] });

function request(url: string, clientCertificate: ClientCertificate | null, method = 'GET') {
  return newRequest({ url, method, ...(clientCertificate === null ? {} : { clientCertificate }) });
}

describe('connections with a client certificate', () => {
  /** Answers with the name in the certificate of the connection. */
  async function naming(version: '1.1' | '2') {
    const options = { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
    if (version === '1.1') {
      const { port, sockets } = await listen(
        createServer(options, ({ socket }, response) => response.end(nameOf(socket))),
      );
      return { url: `https://localhost:${port}/`, sockets };
    }
    const answering = http2.createSecureServer(options);
    answering.on('session', (session) => {
      const name = peerOf(session);
      session.on('stream', (stream: http2.ServerHttp2Stream) => {
        stream.respond({ ':status': 200 });
        stream.end(name);
      });
    });
    const { port, sockets } = await listen(answering);
    return { url: `https://localhost:${port}/`, sockets };
  }

  function nameOf(socket: unknown): string {
    return (
      (socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined)?.subjectAltName ?? 'nobody'
    );
  }

  /** The socket of a session stands behind a proxy. */
  function peerOf({ socket }: http2.Http2Session): string {
    const getPeer: unknown = Reflect.get(socket, 'getPeerX509Certificate');
    const found: unknown = typeof getPeer === 'function' ? Reflect.apply(getPeer, socket, []) : undefined;
    return typeof found === 'object' && found !== null && 'subjectAltName' in found
      ? String(found.subjectAltName)
      : 'nobody';
  }

  it.each(['1.1', '2'] as const)('are apart from all others, over HTTP/%s', async (version) => {
    const { url, sockets } = await naming(version);
    const http = client();
    const names = new Map<ClientCertificate | null, string>([
      [mine, 'DNS:mine.example.com'],
      [another, 'DNS:another.example.com'],
      [null, 'nobody'],
    ]);
    const ask = async (shown: ClientCertificate | null) => {
      const { body, httpVersion } = await http.send(request(url, shown));
      expect(httpVersion).toBe(version);
      expect(Buffer.from(body).toString()).toBe(names.get(shown));
    };
    // One after the other: each finds the connections of the others open and free.
    for (let i = 0; i < 3; i++) for (const shown of names.keys()) await ask(shown);
    expect(sockets.size).toBe(3);
    await Promise.all(Array.from({ length: 60 }, (_, i) => ask([...names.keys()][i % 3] ?? null)));
    if (version === '2') expect(sockets.size).toBe(3);
  });
});

describe('a client certificate that is refused', () => {
  const demanding = async (version: 'TLSv1.2' | 'TLSv1.3') => {
    const options = { minVersion: version, maxVersion: version } as const;
    const { port } = await listen(
      createServer(
        { ...server, ...options, ca: otherAuthority.cert, requestCert: true, rejectUnauthorized: true },
        (_request, response) => response.end('in'),
      ),
    );
    return `https://localhost:${port}/?hush`;
  };

  it.each(['GET', 'POST'])('is told when the alert comes after the handshake: %s', async (method) => {
    // TLS 1.3: the handshake is done here before the server has looked at what it was shown, which is nothing.
    const error = (await failureOf(
      client().send(request(await demanding('TLSv1.3'), null, method)),
    )) as KeyturnError;
    expect(error).toMatchObject({
      code: 'tls_failed',
      hint: expect.stringContaining('tls_client_auth') as string,
    });
    expect(error.message).toMatch(
      /^No secure connection to localhost:\d+: it asks for a client certificate\.$/,
    );
  });

  it.each(['GET', 'POST'])('is told over HTTP/2 as well: %s', async (method) => {
    const options = { ...server, ca: otherAuthority.cert, requestCert: true, rejectUnauthorized: true };
    const { port } = await listen(http2.createSecureServer({ ...options, minVersion: 'TLSv1.3' }));
    const url = `https://localhost:${port}/`;
    // Together: those that share the connection of the first hear the same as that one.
    const http = client();
    const errors = await Promise.all(
      Array.from({ length: 8 }, () => failureOf(http.send(request(url, null, method)))),
    );
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'tls_failed' });
      expect((error as KeyturnError).message).toContain('it asks for a client certificate');
    }
    const shown = (await failureOf(client().send(request(url, mine, method)))) as KeyturnError;
    expect(shown.code).toBe('connection_reset');
    expect(shown.message).toContain('after it was shown a client certificate');
  });

  it.each([
    ['TLSv1.2', 'tls_failed', 'during the TLS handshake, in which it was shown a client certificate'],
    ['TLSv1.3', 'connection_reset', 'before it sent a response, after it was shown a client certificate'],
  ] as const)('is told when the server says nothing, in %s', async (version, code, words) => {
    const url = await demanding(version);
    for (const method of ['GET', 'POST']) {
      const error = (await failureOf(client().send(request(url, mine, method)))) as KeyturnError;
      expect(error.code).toBe(code);
      expect(error.message).toContain(words);
      expect(error.message).not.toContain('hush');
      expect(error.hint).toContain('the server trusts its issuer');
    }
  });

  it('is told for the handshake that TLS 1.2 breaks off', async () => {
    const error = (await failureOf(client().send(request(await demanding('TLSv1.2'), null)))) as KeyturnError;
    expect(error).toMatchObject({ code: 'tls_failed' });
    expect(error.hint).toContain('may ask for a client certificate');
  });

  it.each([
    // As OpenSSL 3, OpenSSL 1.1 and BoringSSL, which editors come with, name the same alerts.
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'whose issuer it does not trust'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'which has expired'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'which has expired'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED', 'which was revoked'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'does not accept the client certificate'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'does not accept the client certificate'],
    ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'does not accept the client certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'asks for a client certificate'],
    ['ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED', 'asks for a client certificate'],
  ])('is told by its alert: %s', (code, words) => {
    const alert = Object.assign(new Error('an alert'), { code });
    const place = { hostname: 'api.example.com', port: 443 };
    for (const error of [connectFailure(alert, place, true), exchangeFailure(alert, place, null)]) {
      expect(error).toMatchObject({ code: 'tls_failed', data: { reason: code } });
      expect(error.message).toContain(words);
      expect(error.hint).toBeDefined();
    }
  });

  it('is not blamed for a connection that was kept, and closed meanwhile', async () => {
    let left = 1;
    const { port } = await listen(
      createServer({ ...server, ca: authority.cert, requestCert: true }, ({ socket }, response) => {
        if (left-- > 0) response.end('in');
        else socket.destroy();
      }),
    );
    const http = client();
    const url = `https://localhost:${port}/`;
    expect((await http.send(request(url, mine, 'POST'))).status).toBe(200);
    const error = (await failureOf(http.send(request(url, mine, 'POST')))) as KeyturnError;
    expect(error.code).toBe('connection_reset');
    expect(error.message).not.toContain('client certificate');
  });
});
