import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { headerValue } from '../../src/http/message.ts';
import {
  certificate,
  failureOf,
  http2Server,
  httpServer,
  listen,
  newClient,
  newRequest,
  pretendNetwork,
  rawServer,
} from './support.ts';

describe('a request', () => {
  it('sends method, path, query, headers in their spelling, and the body', async () => {
    let seen:
      { method: string | undefined; url: string | undefined; rawHeaders: string[]; body: string } | undefined;
    const server = await httpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen = {
          method: request.method,
          url: request.url,
          rawHeaders: request.rawHeaders,
          body: Buffer.concat(chunks).toString(),
        };
        response.writeHead(201, { 'Content-Type': 'application/json', 'X-Two': ['a', 'b'] });
        response.end('{"ok":true}');
      });
    });
    const response = await newClient().send(
      newRequest({
        method: 'POST',
        url: `${server.url}/a%20b?x=1&y=%C3%A9`,
        headers: [
          ['X-Api-Key', 'k1'],
          ['Content-Length', '5'],
        ],
        body: Buffer.from('hello'),
      }),
    );
    expect(seen).toMatchObject({ method: 'POST', url: '/a%20b?x=1&y=%C3%A9', body: 'hello' });
    expect(seen?.rawHeaders.join(' ')).toContain('X-Api-Key k1');
    expect(seen?.rawHeaders.join(' ').match(/content-length/gi)).toHaveLength(1);
    expect(response).toMatchObject({
      status: 201,
      statusText: 'Created',
      httpVersion: '1.1',
      bodyTruncated: false,
      sizeBytes: 11,
      redirects: [],
      url: `${server.url}/a%20b?x=1&y=%C3%A9`,
      tlsVerified: null,
    });
    expect(response.headers.filter(([name]) => name === 'X-Two')).toEqual([
      ['X-Two', 'a'],
      ['X-Two', 'b'],
    ]);
    expect(Buffer.from(response.body).toString()).toBe('{"ok":true}');
    expect(Math.abs(response.receivedAtMs - Date.now())).toBeLessThan(10_000);
  });

  it('adds Accept-Encoding, Accept and User-Agent only where they are missing', async () => {
    const server = await httpServer((request, response) => response.end(JSON.stringify(request.headers)));
    const client = newClient();
    const read = async (headers: [string, string][]) => {
      const { body } = await client.send(newRequest({ url: server.url, headers }));
      return JSON.parse(Buffer.from(body).toString()) as Record<string, string>;
    };
    const added = await read([]);
    expect(added['accept-encoding']).toMatch(/^gzip, deflate, br/);
    expect(added).toMatchObject({ accept: '*/*', 'user-agent': 'Keyturn' });
    const own = await read([
      ['accept-encoding', 'identity'],
      ['ACCEPT', 'text/html'],
      ['User-agent', 'me'],
    ]);
    expect(own).toMatchObject({ 'accept-encoding': 'identity', accept: 'text/html', 'user-agent': 'me' });
    const omittedHeaders = ['accept', 'user-agent'];
    const { body } = await client.send({ ...newRequest({ url: server.url }), omittedHeaders });
    const bare = JSON.parse(Buffer.from(body).toString()) as Record<string, string>;
    expect(Object.keys(bare)).toEqual(expect.not.arrayContaining(omittedHeaders));
  });

  it('turns user and password of the URL into Basic authorization, and out of the URL', async () => {
    const server = await httpServer((request, response) => response.end(request.headers.authorization));
    const url = server.url.replace('http://', 'http://ann:p%40ss%20w%C3%B6rd@');
    const response = await newClient().send(newRequest({ url }));
    const expected = `Basic ${Buffer.from('ann:p@ss wörd').toString('base64')}`;
    expect(Buffer.from(response.body).toString()).toBe(expected);
    expect(response.url).toBe(`${server.url}/`);
    const own = await newClient().send(newRequest({ url, headers: [['Authorization', 'Bearer x']] }));
    expect(Buffer.from(own.body).toString()).toBe('Bearer x');
  });

  it('sends a body in chunks when the request says so', async () => {
    const server = await httpServer((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => response.end(`${request.headers['transfer-encoding'] ?? ''} ${size}`));
    });
    const response = await newClient().send(
      newRequest({
        url: server.url,
        method: 'PUT',
        headers: [['Transfer-Encoding', 'chunked']],
        body: Buffer.alloc(100_000, 1),
      }),
    );
    expect(Buffer.from(response.body).toString()).toBe('chunked 100000');
  });

  it('refuses what cannot be sent, and shows no value', async () => {
    const client = newClient();
    const bad: Parameters<typeof newRequest>[0][] = [
      { url: 'http://localhost/', method: 'GET /x HTTP/1.1\r\nX:' },
      { url: 'http://localhost/', method: '' },
      { url: 'ftp://localhost/' },
      { url: 'http://localhost/', headers: [['A b', 'hush']] },
      { url: 'http://localhost/', headers: [['A\r\nB', 'hush']] },
      { url: 'http://localhost/', headers: [['A', 'hush\r\nInjected: 1']] },
      { url: 'http://localhost/', headers: [['A', 'hush\0']] },
      { url: 'http://localhost/', headers: [['A', 'hush ✓']] },
      { url: 'http://localhost/', headers: [['Content-Length', '7']] },
      {
        url: 'http://localhost/',
        headers: [
          ['Host', 'hush'],
          ['host', 'hush'],
        ],
      },
      { url: 'http://localhost/', headers: [['Transfer-Encoding', 'gzip']] },
    ];
    for (const input of bad) {
      const error = await failureOf(client.send(newRequest(input)));
      expect(error).toBeInstanceOf(KeyturnError);
      expect(error).toMatchObject({ code: 'request_invalid' });
      expect((error as Error).message).not.toContain('hush');
    }
    expect(
      await failureOf(client.send(newRequest({ url: 'http://localhost/', method: 'CONNECT' }))),
    ).toMatchObject({
      code: 'unsupported',
    });
  });

  it('reads HEAD, 204 and 304 without a body, whatever their headers say', async () => {
    const server = await httpServer((request, response) => {
      const status = Number(request.url?.slice(1));
      response.writeHead(status, {
        'Content-Encoding': 'gzip',
        ...(status === 200 ? { 'Content-Length': '500' } : {}),
      });
      response.end();
    });
    const client = newClient();
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ] as const) {
      const response = await client.send(newRequest({ url: `${server.url}/${status}`, method }));
      expect(response).toMatchObject({ status, sizeBytes: 0, bodyTruncated: false });
    }
  });

  it('skips informational responses', async () => {
    const server = await rawServer((socket) => {
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
        ),
      );
    });
    expect(await newClient().send(newRequest({ url: server.url }))).toMatchObject({
      status: 200,
      sizeBytes: 2,
    });
  });

  it('tells HTTP/1.0, and reads a body that ends with the connection', async () => {
    const server = await rawServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.0 200 Fine\r\nX-Name: caf\u00e9\r\n\r\nold'));
    });
    const response = await newClient().send(newRequest({ url: server.url }));
    expect(response).toMatchObject({ httpVersion: '1.0', statusText: 'Fine', sizeBytes: 3 });
    expect(headerValue(response.headers, 'x-name')).toBe('café');
  });
});

describe('connections', () => {
  it('are used again, and the timings show it', async () => {
    const server = await httpServer((_request, response) => response.end('ok'));
    const client = newClient({ network: pretendNetwork({ 'api.example': ['127.0.0.1'] }, {}) });
    const first = await client.send(newRequest({ url: server.url.replace('127.0.0.1', 'api.example') }));
    const second = await client.send(newRequest({ url: server.url.replace('127.0.0.1', 'api.example') }));
    expect(server.sockets.size).toBe(1);
    expect(first.timings.dnsMs).toEqual(expect.any(Number));
    expect(first.timings.connectMs).toEqual(expect.any(Number));
    expect(first.timings.tlsMs).toBeNull();
    expect(second.timings).toMatchObject({ dnsMs: null, connectMs: null, tlsMs: null });
    const { firstByteMs, downloadMs, totalMs } = second.timings;
    expect((firstByteMs ?? NaN) + (downloadMs ?? NaN)).toBeLessThanOrEqual(totalMs);
  });

  it('stay as few as there are requests at once', async () => {
    const server = await httpServer((_request, response) => setTimeout(() => response.end('ok'), 5));
    const client = newClient();
    const all = async () => {
      const responses = await Promise.all(
        Array.from({ length: 200 }, () => client.send(newRequest({ url: server.url }))),
      );
      expect(responses.every(({ status }) => status === 200)).toBe(true);
    };
    await all();
    await all();
    expect(server.sockets.size).toBeLessThanOrEqual(200);
  });

  it('that the server closed meanwhile are replaced, for any method', async () => {
    const server = await httpServer((_request, response) => response.end('ok'));
    const client = newClient();
    await client.send(newRequest({ url: server.url }));
    for (const socket of server.sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const responses = await Promise.all(
      ['POST', 'GET'].map((method) => client.send(newRequest({ url: server.url, method }))),
    );
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('that fail under an idempotent request are replaced; a POST is not sent twice', async () => {
    let requests = 0;
    const server = await httpServer((_request, response) => {
      requests += 1;
      if (requests % 2 === 1) response.end('ok');
      else response.socket?.destroy();
    });
    const client = newClient();
    await client.send(newRequest({ url: server.url }));
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({ status: 200 });
    expect(requests).toBe(3);
    const error = await failureOf(client.send(newRequest({ url: server.url, method: 'POST' })));
    expect(error).toMatchObject({ code: 'connection_reset' });
    expect(requests).toBe(4);
  });

  it('are closed with the client, and requests in flight end', async () => {
    const waiting = http.createServer();
    const arrived = once(waiting, 'request');
    const server = await listen(waiting);
    const client = newClient();
    const error = failureOf(client.send(newRequest({ url: `http://${server.host}` })));
    await arrived;
    await client.close();
    expect(await error).toMatchObject({ code: 'cancelled' });
    expect(await failureOf(client.send(newRequest({ url: 'http://127.0.0.1:9/' })))).toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('HTTP/2', () => {
  it('is used where the server offers it: one connection for many requests', async () => {
    const pems = await certificate();
    const server = await http2Server((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('set-cookie', ['a=1', 'b=2']);
        response.setHeader('x-seen', String(request.headers['x-api-key']));
        response.end(Buffer.concat(chunks));
      });
    }, pems);
    const client = newClient({ caCertificates: [pems.cert] });
    const responses = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        client.send(
          newRequest({
            url: server.url,
            method: 'POST',
            body: Buffer.from(`n${i}`),
            headers: [['X-Api-Key', `k${i}`]],
          }),
        ),
      ),
    );
    expect(server.sockets.size).toBe(1);
    responses.forEach((response, i) => {
      expect(response).toMatchObject({ status: 200, httpVersion: '2', tlsVerified: true });
      expect(Buffer.from(response.body).toString()).toBe(`n${i}`);
      expect(headerValue(response.headers, 'x-seen')).toBe(`k${i}`);
      expect(response.headers.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
      expect(response.headers.some(([name]) => name.startsWith(':'))).toBe(false);
    });
    expect(responses[0]?.timings.tlsMs).toEqual(expect.any(Number));
  });

  it('ends one stream without the others', async () => {
    const pems = await certificate();
    const server = await http2Server((request, response) => {
      if (request.url === '/slow') response.write('never ends');
      else response.end('ok');
    }, pems);
    const client = newClient({ caCertificates: [pems.cert] });
    await client.send(newRequest({ url: server.url }));
    const stop = new AbortController();
    const slow = failureOf(client.send(newRequest({ url: `${server.url}/slow` }), stop.signal));
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({ status: 200 });
    stop.abort();
    expect(await slow).toMatchObject({ code: 'cancelled' });
    const cut = await client.send(newRequest({ url: `${server.url}/slow`, maxBodyBytes: 5 }));
    expect(cut).toMatchObject({ bodyTruncated: true, sizeBytes: 5 });
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({ status: 200 });
    expect(server.sockets.size).toBe(1);
  });
});

it('sends a query that is empty', async () => {
  const seen: (string | undefined)[] = [];
  const server = await httpServer((request, response) => {
    seen.push(request.url);
    response.end();
  });
  for (const path of ['/a', '/a?', '/a?#part', '/?b']) {
    await newClient().send(newRequest({ url: server.url + path }));
  }
  expect(seen).toEqual(['/a', '/a?', '/a?', '/?b']);
});

describe('heads of old servers', () => {
  it.each([
    ['folded', 'HTTP/1.1 200 OK\r\nA: one;\r\n two\r\nContent-Length: 2\r\n\r\nok', 'one; two'],
    ['folded by a tab', 'HTTP/1.1 200 OK\r\nA: one;\r\n\ttwo\r\nContent-Length: 2\r\n\r\nok', 'one; two'],
    ['folded at its start', 'HTTP/1.1 200 OK\r\nA:\r\n one; two\r\nContent-Length: 2\r\n\r\nok', 'one; two'],
    [
      'folded twice',
      'HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\nA: one;\r\n  two\r\n  3\r\n\r\nok',
      'one;  two  3',
    ],
    ['with bare line feeds', 'HTTP/1.1 200 OK\nA: one; two\nContent-Length: 2\n\nok', 'one; two'],
    ['with both', 'HTTP/1.0 200 OK\nA: one;\n two\r\nContent-Length: 2\n\r\nok', 'one; two'],
    [
      'behind an unrequested 100',
      'HTTP/1.1 100 Continue\r\nA: early\r\n\r\nHTTP/1.1 200 OK\r\nA: one; two\r\nContent-Length: 2\r\n\r\nok',
      'one; two',
    ],
  ])('%s are read', async (_title, answer, value) => {
    const server = await rawServer((socket) => {
      socket.on('data', () => {
        for (const byte of Buffer.from(answer)) socket.write(Buffer.of(byte));
      });
    });
    const client = newClient();
    // The second one on a connection that is used again.
    for (let i = 0; i < 2; i += 1) {
      const response = await client.send(newRequest({ url: server.url }));
      expect(response).toMatchObject({ status: 200, bodyFault: null });
      expect(response.headers).toContainEqual(['A', value]);
      expect(Buffer.from(response.body).toString()).toBe('ok');
    }
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nA x\r\n\r\n', ': invalid header token.'],
    ['HTTP/1.1 200 OK\r\nA : x\r\n\r\n', ': invalid header token.'],
    ['HTTP/1.1 200 OK\r\nA: x\ry\r\n\r\n', ': missing expected LF after header value.'],
    ['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', ': invalid character in Content-Length.'],
    ['220 mail.example ESMTP\r\n', ': expected HTTP/, RTSP/ or ICE/.'],
  ])('%j is told with what is wrong', async (answer, reason) => {
    const server = await rawServer((socket) => {
      socket.once('data', () => socket.end(answer, 'latin1'));
    });
    const error = await failureOf(newClient().send(newRequest({ url: server.url })));
    expect(error).toMatchObject({
      code: 'response_invalid',
      message: `What 127.0.0.1:${server.port} sent is not a valid HTTP response${reason}`,
    });
  });
});

describe('broken peers', () => {
  it.each([
    ['closes at once', '', 'connection_reset'],
    ['closes in the headers', 'HTTP/1.1 200 OK\r\nContent-', 'connection_reset'],
    ['is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'response_invalid'],
    ['sends a broken length', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 'response_invalid'],
    [
      'sends two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'response_invalid',
    ],
    ['sends endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(400_000)}\r\n\r\n`, 'response_invalid'],
  ])('one that %s is told of', async (_title, answer, code) => {
    const server = await rawServer((socket) => {
      socket.once('data', () => socket.end(answer, 'latin1'));
    });
    const url = `${server.url}/path?secret=hush`;
    const error = await failureOf(newClient().send(newRequest({ url })));
    expect(error).toMatchObject({ code, hint: expect.any(String) as string });
    expect((error as Error).message).toContain(`127.0.0.1:${server.port}`);
    expect((error as Error).message).not.toContain('hush');
  });

  it.each([
    ['closes in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', 'connection_reset'],
    [
      'closes in a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf',
      'connection_reset',
    ],
    [
      'closes before the last chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfull\r\n',
      'connection_reset',
    ],
    [
      'closes in the last chunk of its connection',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf',
      'connection_reset',
    ],
    [
      'closes in the last body of its connection',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nhalf',
      'connection_reset',
    ],
    [
      'sends a broken chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfull\r\nzz\r\n',
      'response_invalid',
    ],
  ])('one that %s is told of beside its head, and what came is kept', async (_title, answer, code) => {
    const server = await rawServer((socket) => {
      socket.once('data', () => socket.end(answer, 'latin1'));
    });
    const response = await newClient().send(newRequest({ url: `${server.url}/path?secret=hush` }));
    expect(response).toMatchObject({ status: 200, bodyFault: { code }, bodyTruncated: false });
    expect(response.bodyFault?.message).toContain(`127.0.0.1:${server.port}`);
    expect(response.bodyFault?.message).not.toContain('hush');
    expect(['half', 'full']).toContain(Buffer.from(response.body).toString());
  });

  it('one that resets in the middle of the body', async () => {
    const server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf');
        setTimeout(() => socket.resetAndDestroy(), 20);
      });
    });
    const response = await newClient().send(newRequest({ url: server.url }));
    expect(response).toMatchObject({ status: 200, sizeBytes: 4, bodyFault: { code: 'connection_reset' } });
    expect(response.bodyFault?.message).toContain('after 4 bytes');
  });

  it('one that sends more than it said', async () => {
    const server = await rawServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and this'));
    });
    const client = newClient();
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({ status: 200, sizeBytes: 2 });
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({ status: 200, sizeBytes: 2 });
  });

  it('a refused connection', async () => {
    const client = newClient();
    const free = http.createServer();
    const { port: closedPort } = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    const error = await failureOf(client.send(newRequest({ url: `http://127.0.0.1:${closedPort}/?hush` })));
    expect(error).toMatchObject({ code: 'connection_refused' });
    expect((error as Error).message).toBe(`127.0.0.1:${closedPort} refused the connection.`);
  });

  it('a host that does not exist', async () => {
    const error = await failureOf(newClient().send(newRequest({ url: 'http://no-such-host.invalid/x' })));
    expect(error).toMatchObject({
      code: 'host_not_found',
      message: 'The host no-such-host.invalid was not found.',
    });
  });
});
