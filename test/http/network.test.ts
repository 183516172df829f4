import http from 'node:http';
import https from 'node:https';
import { describe, expect, it } from 'vitest';
import type { AddressSpace } from '../../src/http/addressSpace.ts';
import { LOOPBACK_THROUGH_PROXY } from '../../src/http/noProxy.ts';
import {
  certificate,
  failureOf,
  httpServer,
  listen,
  newClient,
  newRequest,
  pretendNetwork,
} from './support.ts';

// Tests reach loopback alone: 127.0.0.2 plays a server far away, 127.0.0.3 one in a local network.
const spaces: Readonly<Record<string, AddressSpace>> = { '127.0.0.2': 'public', '127.0.0.3': 'local' };
const names = {
  'far.example': ['127.0.0.2'],
  'intranet.example': ['127.0.0.3'],
  'rebound.example': ['127.0.0.1'],
  'mixed.example': ['127.0.0.1', '127.0.0.2'],
};

async function serverAt(address: string, listener: http.RequestListener): Promise<number> {
  return (await listen(http.createServer(listener), address)).port;
}

describe('localhost', () => {
  it.each(['localhost', 'LOCALHOST', 'localhost.', 'api.localhost', 'a.b.LocalHost.'])(
    '%s is this computer, over IPv4 and IPv6, and no resolver is asked',
    async (host) => {
      const asked: string[] = [];
      const client = newClient({ network: pretendNetwork({ 'api.localhost': ['127.0.0.2'] }, {}, asked) });
      for (const address of ['127.0.0.1', '::1']) {
        const port = await serverAt(address, (_request, response) => response.end(address));
        const response = await client.send(newRequest({ url: `http://${host}:${port}/` }));
        expect(Buffer.from(response.body).toString()).toBe(address);
        expect(response.timings.dnsMs).toBeNull();
      }
      expect(asked).toEqual([]);
    },
  );

  it('is reached over TLS at ::1, and its certificate is checked for the name', async () => {
    const pems = await certificate({ names: ['api.localhost'] });
    const seen: unknown[] = [];
    const server = https.createServer(
      {
        key: pems.key,
        cert: pems.cert,
        SNICallback: (name, done) => {
          seen.push(name);
          done(null);
        },
      },
      (_request, response) => response.end('secure'),
    );
    const { port } = await listen(server, '::1');
    const client = newClient({ caCertificates: [pems.cert] });
    for (const host of ['api.localhost', 'api.localhost.']) {
      const response = await client.send(newRequest({ url: `https://${host}:${port}/` }));
      expect(Buffer.from(response.body).toString()).toBe('secure');
    }
    expect(seen).toEqual(['api.localhost', 'api.localhost']);
    const error = await failureOf(client.send(newRequest({ url: `https://other.localhost:${port}/` })));
    expect(error).toMatchObject({ code: 'tls_failed', data: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
  });

  it('that listens nowhere refuses the connection', async () => {
    const server = http.createServer();
    const { port } = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const error = await failureOf(newClient().send(newRequest({ url: `http://localhost:${port}/` })));
    expect(error).toMatchObject({ code: 'connection_refused' });
  });

  it('is left to the proxy where loopback shall go through it', async () => {
    const proxy = await httpServer((request, response) => response.end(request.url));
    const client = newClient({
      proxy: { httpProxy: proxy.url, httpsProxy: null, noProxy: [LOOPBACK_THROUGH_PROXY] },
    });
    const response = await client.send(newRequest({ url: 'http://api.localhost:9/x' }));
    expect(Buffer.from(response.body).toString()).toBe('http://api.localhost:9/x');
  });
});

describe('a request that may not come near', () => {
  it('connects to no nearer address, whatever the name stands for', async () => {
    let asked = 0;
    const count: http.RequestListener = (_request, response) => {
      asked += 1;
      response.end();
    };
    const port = await serverAt('127.0.0.1', count);
    const v6 = await serverAt('::1', count);
    const client = newClient({ network: pretendNetwork(names, spaces) });
    // An open connection is no way around it.
    await client.send(newRequest({ url: `http://rebound.example:${port}/` }));
    expect(asked).toBe(1);
    for (const nearest of ['public', 'local'] as const) {
      for (const url of [
        `http://rebound.example:${port}/`,
        `http://127.0.0.1:${port}/`,
        `http://0.0.0.0:${port}/`,
        `http://[::1]:${v6}/`,
        `http://[::ffff:127.0.0.1]:${port}/`,
        `http://localhost:${v6}/`,
      ]) {
        const error = await failureOf(client.send(newRequest({ url, nearest })));
        expect(error, url).toMatchObject({ code: 'address_too_near', data: { space: 'loopback' } });
      }
    }
    expect(asked).toBe(1);
    expect(
      await failureOf(client.send(newRequest({ url: 'http://10.0.0.1/', nearest: 'public' }))),
    ).toMatchObject({
      code: 'address_too_near',
      message: '10.0.0.1 is in a local network, and this connection may not lead there.',
    });
  });

  it('takes the farther one of several addresses', async () => {
    const port = await serverAt('127.0.0.2', (_request, response) => response.end('far'));
    const client = newClient({ network: pretendNetwork(names, spaces) });
    const response = await client.send(
      newRequest({ url: `http://mixed.example:${port}/`, nearest: 'public' }),
    );
    expect(Buffer.from(response.body).toString()).toBe('far');
  });

  it('may go through a proxy on this computer', async () => {
    const proxy = await httpServer((request, response) => response.end(request.url));
    const client = newClient({ proxy: { httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: [] } });
    const response = await client.send(newRequest({ url: 'http://far.example/x', nearest: 'public' }));
    expect(Buffer.from(response.body).toString()).toBe('http://far.example/x');
    const error = await failureOf(
      client.send(newRequest({ url: 'https://192.168.7.7/', nearest: 'public' })),
    );
    expect(error).toMatchObject({ code: 'address_too_near' });
  });
});

describe('a redirect', () => {
  async function redirecting(address: string, location: () => string): Promise<number> {
    return serverAt(address, (_request, response) => response.writeHead(307, { Location: location() }).end());
  }

  it.each([
    ['far.example', '127.0.0.1', 'this computer'],
    ['far.example', 'localhost', 'this computer'],
    ['far.example', 'rebound.example', 'this computer'],
    ['far.example', 'intranet.example', 'a local network'],
    ['far.example', '127.0.0.3', 'a local network'],
    ['intranet.example', 'rebound.example', 'this computer'],
  ])('from %s to %s is refused', async (from, to, where) => {
    let reached = 0;
    const near = await serverAt(
      to === '127.0.0.3' || to === 'intranet.example' ? '127.0.0.3' : '127.0.0.1',
      (_request, response) => {
        reached += 1;
        response.end();
      },
    );
    const first = await redirecting(
      from === 'far.example' ? '127.0.0.2' : '127.0.0.3',
      () => `http://${to}:${near}/admin`,
    );
    const client = newClient({ network: pretendNetwork(names, spaces) });
    const error = await failureOf(
      client.send(newRequest({ url: `http://${from}:${first}/`, method: 'POST', body: Buffer.from('x') })),
    );
    expect(error).toMatchObject({
      code: 'redirect_too_near',
      message: `${from}:${first} redirects to ${to}:${near}, which is an address of ${where}. Keyturn does not follow a server from elsewhere there.`,
    });
    expect(reached).toBe(0);
  });

  it('is refused after others that were followed', async () => {
    const near = await serverAt('127.0.0.1', (_request, response) => response.end());
    const second = await redirecting('127.0.0.2', () => `http://localhost:${near}/`);
    const first = await redirecting('127.0.0.2', () => `http://far.example:${second}/`);
    const client = newClient({ network: pretendNetwork(names, spaces) });
    const error = await failureOf(client.send(newRequest({ url: `http://far.example:${first}/` })));
    expect(error).toMatchObject({ code: 'redirect_too_near' });
  });

  it('may come back to where the request started', async () => {
    const home = await serverAt('127.0.0.1', (_request, response) => response.end('home'));
    const away = await redirecting('127.0.0.2', () => `http://localhost:${home}/`);
    const start = await redirecting('127.0.0.1', () => `http://far.example:${away}/`);
    const client = newClient({ network: pretendNetwork(names, spaces) });
    const response = await client.send(newRequest({ url: `http://127.0.0.1:${start}/` }));
    expect(Buffer.from(response.body).toString()).toBe('home');
  });

  it('from a host behind the proxy counts as one from far away', async () => {
    const near = await serverAt('127.0.0.1', (_request, response) => response.end());
    const proxy = await httpServer((_request, response) =>
      response.writeHead(302, { Location: `http://127.0.0.1:${near}/` }).end(),
    );
    const client = newClient({ proxy: { httpProxy: proxy.url, httpsProxy: null, noProxy: [] } });
    const error = await failureOf(client.send(newRequest({ url: 'http://far.example/' })));
    expect(error).toMatchObject({ code: 'redirect_too_near' });
  });
});

it('tells where a server is', async () => {
  const client = newClient({ network: pretendNetwork(names, spaces) });
  const found = await Promise.all(
    ['far', 'intranet', 'rebound', 'mixed'].map((name) => client.locate(new URL(`https://${name}.example/`))),
  );
  expect(found).toEqual(['public', 'local', 'loopback', 'public']);
  expect(await client.locate(new URL('https://a.localhost/'))).toBe('loopback');
  expect(await client.locate(new URL('https://[fd00::1]/'))).toBe('local');
  expect(await failureOf(client.locate(new URL('https://nowhere.example/')))).toMatchObject({
    code: 'host_not_found',
    hint: expect.stringContaining(
      'HTTPS_PROXY: Keyturn cannot read the system proxy or PAC files',
    ) as unknown,
  });
});
