import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { KeyturnError } from '../../src/base/errors.ts';
import { LOOPBACK_THROUGH_PROXY, readNoProxy } from '../../src/http/noProxy.ts';
import {
  proxyAuthorization,
  proxyFor,
  proxyFromEnvironment,
  PROXY_SETTING,
  type ProxySettings,
} from '../../src/http/proxy.ts';
import {
  certificate,
  failureOf,
  http2Server,
  httpServer,
  httpsServer,
  listen,
  newClient,
  newRequest,
  rawServer,
  type Pems,
} from './support.ts';

function settings(changes: Partial<ProxySettings> = {}): ProxySettings {
  return {
    httpProxy: 'http://proxy.example:3128',
    httpsProxy: 'secure.example:3129',
    noProxy: [],
    ...changes,
  };
}

describe('which proxy', () => {
  it('depends on the scheme', () => {
    expect(proxyFor(new URL('http://a.example/'), settings())?.href).toBe('http://proxy.example:3128/');
    expect(proxyFor(new URL('https://a.example/'), settings())?.href).toBe('http://secure.example:3129/');
    expect(proxyFor(new URL('https://a.example/'), settings({ httpsProxy: null }))).toBeNull();
    expect(proxyFor(new URL('https://a.example/'), null)).toBeNull();
  });

  it.each([
    ['example.com', 'http://example.com/', true],
    ['example.com', 'http://api.example.com:8080/', true],
    ['example.com', 'http://badexample.com/', false],
    ['.example.com', 'http://api.example.com/', true],
    ['.example.com', 'http://example.com/', true],
    ['*.example.com', 'https://api.example.com/', true],
    ['EXAMPLE.com', 'https://api.example.COM/', true],
    ['example.com:8080', 'http://example.com:8080/', true],
    ['example.com:8080', 'http://example.com/', false],
    ['example.com:443', 'https://example.com/', true],
    ['*', 'https://example.com/', true],
    ['10.0.0.1', 'http://10.0.0.1/', true],
    ['0.0.1', 'http://10.0.0.1/', false],
    ['fd00::1', 'http://[fd00::1]/', true],
    ['[fd00::1]:8080', 'http://[fd00::1]:8080/', true],
    ['example.com', 'http://example.com./', true],
    ['.', 'http://example.com/', false],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.9.9.9/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/8', 'http://[::ffff:10.1.2.3]/', true],
    ['10.0.0.0/8', 'http://0x0a010203/', true],
    ['10.0.0.0/8', 'http://10.example.com/', false],
    ['192.168.4.0/22', 'https://192.168.7.255/', true],
    ['192.168.4.0/22', 'https://192.168.8.0/', false],
    ['10.1.2.3/32', 'http://10.1.2.3/', true],
    ['10.1.2.3/32', 'http://10.1.2.4/', false],
    ['0.0.0.0/0', 'http://8.8.8.8/', true],
    ['0.0.0.0/0', 'http://[fd00::1]/', false],
    ['10.0.0.0/8:8080', 'http://10.1.2.3:8080/', true],
    ['10.0.0.0/8:8080', 'http://10.1.2.3/', false],
    ['fd00::/8', 'http://[fd12:3456::1]/', true],
    ['FD00::/8', 'https://[fd12:3456::1]:8443/', true],
    ['fd00::/8', 'http://[fe80::1]/', false],
    ['[fd00::/8]', 'http://[fd12:3456::1]/', true],
    ['[fd00::]/8', 'http://[fd12:3456::1]/', true],
    ['[fd00::]/8:8080', 'http://[fd12:3456::1]:8080/', true],
    ['[fd00::]/8:8080', 'http://[fd12:3456::1]/', false],
    ['[fd00::1]', 'http://[fd00::1]:81/', true],
    ['fd00:0:0::1', 'http://[fd00::1]/', true],
    ['::/0', 'http://[2001:db8::1]/', true],
    ['::/0', 'http://10.0.0.1/', false],
    ['::ffff:10.0.0.0/104', 'http://10.1.2.3/', true],
    ['::ffff:10.1.2.3', 'http://10.1.2.3/', true],
    ['bücher.example', 'http://www.bücher.example/', true],
    ['example.com.', 'http://example.com/', true],
    ['<local>', 'http://intranet/', true],
    ['<local>', 'http://intranet.example/', false],
    ['<local>', 'http://10.0.0.1/', false],
  ])('none for %s and %s: %s', (entry, url, direct) => {
    expect(proxyFor(new URL(url), settings({ noProxy: [entry] })) === null).toBe(direct);
  });

  it('is none for loopback, unless that is asked for', () => {
    for (const url of ['http://localhost/', 'http://127.0.0.1:1/', 'https://[::1]/', 'http://x.localhost/']) {
      expect(proxyFor(new URL(url), settings())).toBeNull();
      expect(proxyFor(new URL(url), settings({ noProxy: [LOOPBACK_THROUGH_PROXY] }))).not.toBeNull();
    }
  });

  it('is named where an entry of its exceptions cannot be read, and only there', () => {
    const wrong = [
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '10.0.0.0/255.0.0.0',
      '10.0/8',
      '10.',
      '192.168.*',
      'fd00::/129',
      'fd00::1::2',
      '[10.0.0.1]',
      '[fd00::1',
      'http://example.com',
      'example.com:http',
      'example.com/path',
      'exa$mple',
      '.',
    ];
    expect(readNoProxy(wrong).unreadable).toEqual(wrong);
    const right = ['*', LOOPBACK_THROUGH_PROXY, ' a.example , .b.example  10.0.0.0/8 ', 'fd00::/8', ''];
    expect(readNoProxy(right).unreadable).toEqual([]);
    expect(readNoProxy(right.slice(2)).covers(new URL('http://x.b.example/'))).toBe(true);

    const reported: string[] = [];
    const report = ({ message }: Error) => reported.push(message);
    newClient({ proxy: settings({ noProxy: ['a.example', '10.0/8'] }), report });
    expect(reported).toEqual([
      'Keyturn cannot read "10.0/8" in NO_PROXY or http.noProxy, and excludes nothing from the proxy by it.',
    ]);
    newClient({ proxy: settings({ noProxy: ['a.example'] }), report });
    newClient({ report });
    expect(reported).toHaveLength(1);
  });

  it('must be an address of http or https', () => {
    for (const httpProxy of ['http://', 'socks5://proxy.example:1080']) {
      expect(() => proxyFor(new URL('http://a.example/'), settings({ httpProxy }))).toThrow(
        expect.objectContaining({ code: 'proxy_failed' }) as Error,
      );
    }
  });

  it('comes from the environment, lower case first', () => {
    expect(proxyFromEnvironment({})).toBeNull();
    expect(proxyFromEnvironment({ NO_PROXY: '*' })).toBeNull();
    expect(
      proxyFromEnvironment({
        HTTP_PROXY: 'http://a:1',
        http_proxy: 'http://b:2',
        NO_PROXY: 'x.example, .y.example z',
      }),
    ).toEqual({
      httpProxy: 'http://b:2',
      httpsProxy: null,
      namedBy: { http: 'http_proxy', https: 'HTTPS_PROXY' },
      noProxy: ['x.example', '.y.example', 'z'],
    });
    expect(proxyFromEnvironment({ https_proxy: 'http://c:3' })?.httpsProxy).toBe('http://c:3');
  });

  it('takes credentials from its address or from the settings', () => {
    const proxy = new URL('http://me:p%40ss@proxy.example');
    expect(proxyAuthorization(proxy, settings())).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(proxyAuthorization(proxy, settings({ authorization: 'Bearer x' }))).toBe('Bearer x');
    expect(proxyAuthorization(new URL('http://proxy.example'), settings())).toBeNull();
  });
});

/** A proxy that forwards plain requests and opens tunnels; remembers what it was asked for. */
async function startProxy(options: { pems?: Pems; credentials?: string } = {}) {
  const asked: string[] = [];
  const allowed = (request: http.IncomingMessage) =>
    options.credentials === undefined || request.headers['proxy-authorization'] === options.credentials;
  const onRequest: http.RequestListener = (request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (!allowed(request)) {
      response.writeHead(407, { 'Proxy-Authenticate': 'Basic' }).end();
      return;
    }
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const onward = http.request(request.url ?? '', {
      method: request.method ?? 'GET',
      headers,
      agent: false,
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  };
  const server = options.pems
    ? https.createServer({ key: options.pems.key, cert: options.pems.cert }, onRequest)
    : http.createServer(onRequest);
  server.on('connect', (request: http.IncomingMessage, client: net.Socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`);
    if (!allowed(request)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = net.connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    client.on('error', () => onward.destroy());
    client.on('close', () => onward.destroy());
  });
  const { port } = await listen(server);
  return { asked, port, address: `${options.pems ? 'https' : 'http'}://localhost:${port}` };
}

function through(address: string): { proxy: ProxySettings } {
  return { proxy: { httpProxy: address, httpsProxy: address, noProxy: [LOOPBACK_THROUGH_PROXY] } };
}

describe('through a proxy', () => {
  it.each(['http', 'https'])('(%s) plain requests are forwarded, secure ones tunnelled', async (kind) => {
    const pems = await certificate();
    const proxy = await startProxy(kind === 'https' ? { pems } : {});
    const plain = await httpServer((request, response) =>
      response.end(`${request.headers.host ?? ''} ${request.url ?? ''}`),
    );
    const secure = await httpsServer((request, response) => response.end(request.url), pems);
    const h2 = await http2Server((request, response) => response.end(request.url), pems);
    const client = newClient({ ...through(proxy.address), caCertificates: [pems.cert] });
    const first = await client.send(newRequest({ url: `${plain.url}/a?x=1` }));
    expect(Buffer.from(first.body).toString()).toBe(`127.0.0.1:${plain.port} /a?x=1`);
    const second = await client.send(newRequest({ url: `${secure.url}/b` }));
    expect(second).toMatchObject({ status: 200, tlsVerified: true, httpVersion: '1.1' });
    await client.send(newRequest({ url: `${secure.url}/c` }));
    const third = await client.send(newRequest({ url: `${h2.url}/d` }));
    expect(third).toMatchObject({ status: 200, httpVersion: '2' });
    expect(proxy.asked).toEqual([
      `GET ${plain.url}/a?x=1`,
      `CONNECT localhost:${secure.port}`,
      `CONNECT localhost:${h2.port}`,
    ]);
  });

  it('with credentials, which never reach the server', async () => {
    const credentials = `Basic ${Buffer.from('me:hush').toString('base64')}`;
    const pems = await certificate();
    const proxy = await startProxy({ credentials });
    const seen: unknown[] = [];
    const server = await httpsServer((request, response) => {
      seen.push(request.headers['proxy-authorization']);
      response.end('ok');
    }, pems);
    const plain = await httpServer((_request, response) => response.end('ok'));
    const withCredentials = newClient({
      ...through(proxy.address.replace('//', '//me:hush@')),
      caCertificates: [pems.cert],
    });
    expect(await withCredentials.send(newRequest({ url: server.url }))).toMatchObject({ status: 200 });
    expect(await withCredentials.send(newRequest({ url: plain.url }))).toMatchObject({ status: 200 });
    const byHeader = newClient({ ...through(proxy.address), caCertificates: [pems.cert] });
    const headers = [['Proxy-Authorization', credentials] as const];
    expect(await byHeader.send(newRequest({ url: server.url, headers }))).toMatchObject({ status: 200 });
    expect(seen).toEqual([undefined, undefined]);
    const error = await failureOf(
      newClient({ ...through(proxy.address), caCertificates: [pems.cert] }).send(
        newRequest({ url: server.url }),
      ),
    );
    expect(error).toMatchObject({ code: 'proxy_failed' });
    expect((error as Error).message).toContain('asks for credentials (407)');
    expect((error as KeyturnError).hint).toContain('into HTTPS_PROXY: http://user:password@host:port.');
    const refused = await newClient(through(proxy.address)).send(newRequest({ url: plain.url }));
    expect(refused).toMatchObject({ status: 407, bodyFault: { code: 'proxy_failed' } });
    expect(refused.bodyFault?.hint).toContain('into HTTP_PROXY: http://user:password@host:port.');
  });

  it.each([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n', 'answered 403'],
    ['talks nonsense', 'hello\r\n\r\n', 'no proper answer'],
    ['talks without end', 'x'.repeat(20_000), 'no proper answer'],
    ['hangs up', '', 'closed the connection'],
  ])('that %s', async (_title, answer, words) => {
    const proxy = await rawServer((socket) => {
      socket.once('data', () => socket.end(answer));
    });
    const error = await failureOf(
      newClient(through(proxy.url)).send(newRequest({ url: 'https://localhost:1/?hush' })),
    );
    expect(error).toMatchObject({ code: 'proxy_failed' });
    expect((error as Error).message).toContain(words);
    expect((error as Error).message).not.toContain('hush');
  });

  it('that cannot be reached, or says nothing', async () => {
    const free = http.createServer();
    const { port } = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    const refused = await failureOf(
      newClient(through(`http://127.0.0.1:${port}`)).send(newRequest({ url: 'http://localhost:1/' })),
    );
    expect(refused).toMatchObject({
      code: 'proxy_failed',
      message: `The proxy 127.0.0.1:${port} refused the connection.`,
      hint: 'Check HTTP_PROXY, which names the proxy; NO_PROXY names the hosts that are reached without it.',
    });
    const namedBy = { http: PROXY_SETTING, https: PROXY_SETTING };
    const inEditor = newClient({
      proxy: { httpProxy: `http://127.0.0.1:${port}`, httpsProxy: null, noProxy: [], namedBy },
    });
    expect(await failureOf(inEditor.send(newRequest({ url: 'http://far.example/' })))).toMatchObject({
      hint: expect.stringContaining('the setting http.noProxy') as string,
    });
    const silent = await rawServer(() => undefined);
    const slow = await failureOf(
      newClient(through(silent.url)).send(newRequest({ url: 'https://localhost:1/', connectTimeoutMs: 80 })),
    );
    expect(slow).toMatchObject({ code: 'proxy_failed' });
    const unknown = await failureOf(
      newClient(through('http://no-such-host.invalid:1')).send(newRequest({ url: 'http://localhost:1/' })),
    );
    expect(unknown).toMatchObject({ code: 'proxy_failed' });
  });
});
