import { describe, expect, it } from 'vitest';
import type { Hop } from '../../src/http/hop.ts';
import { nextHop, redirectTarget } from '../../src/http/redirect.ts';
import { bytesHoldSecret, holdsSecret } from '../../src/redaction/secretForms.ts';
import { certificate, failureOf, httpServer, httpsServer, newClient, newRequest } from './support.ts';

function hop(changes: Partial<Hop> = {}): Hop {
  return {
    method: 'POST',
    url: new URL('https://a.example/start?q=1#top'),
    headers: [
      ['Content-Type', 'text/plain'],
      ['Accept', '*/*'],
    ],
    body: Buffer.from('body'),
    verifyTls: true,
    clientCertificate: null,
    secrets: [],
    made: { headers: new Set(), body: false },
    ...changes,
  };
}

function target(location: string | string[], status = 302): URL | null {
  const headers = [location].flat().map((value) => ['Location', value] as const);
  return redirectTarget({ status, headers }, new URL('https://a.example/dir/start?q=1#top'));
}

describe('where a redirect leads', () => {
  it.each([
    ['next', 'https://a.example/dir/next#top'],
    ['/next?x=1', 'https://a.example/next?x=1#top'],
    ['?x=1', 'https://a.example/dir/start?x=1#top'],
    ['//b.example/x', 'https://b.example/x#top'],
    ['https://b.example/x#own', 'https://b.example/x#own'],
    ['https://b.example/x#', 'https://b.example/x#'],
    ['https://me:pass@b.example/x', 'https://b.example/x#top'],
    ['/späce here', 'https://a.example/sp%C3%A4ce%20here#top'],
  ])('%s', (location, expected) => {
    expect(target(location)?.href).toBe(expected);
  });

  it('is nowhere for other statuses, and without Location', () => {
    for (const status of [200, 201, 300, 304, 305, 306, 399]) expect(target('/x', status)).toBeNull();
    for (const status of [301, 302, 303, 307, 308]) expect(target('/x', status)?.pathname).toBe('/x');
    expect(target([])).toBeNull();
    expect(target(['/x', '/x'])?.pathname).toBe('/x');
  });

  it.each([['http://'], ['https://a b/'], ['javascript:alert(1)'], ['file:///etc/passwd'], [['/a', '/b']]])(
    'must be told rightly: %s',
    (location) => {
      expect(() => target(location)).toThrow(expect.objectContaining({ code: 'redirect_invalid' }) as Error);
    },
  );
});

describe('what a redirect makes of a request', () => {
  const to = new URL('https://a.example/next');

  it('takes a secret body to the same host by https, and nowhere else', () => {
    const sending = hop({ url: new URL('http://a.example/'), made: { headers: new Set(), body: true } });
    expect(nextHop(sending, 307, to).hop.body).not.toBeNull();
    for (const other of ['https://a.example:8443/', 'http://a.example:81/', 'https://b.a.example/'])
      expect(() => nextHop(sending, 307, new URL(other))).toThrow(
        expect.objectContaining({ code: 'redirect_leaks_secret' }),
      );
  });

  it.each([
    [301, 'POST', 'GET', false],
    [302, 'POST', 'GET', false],
    [303, 'POST', 'GET', false],
    [303, 'PUT', 'GET', false],
    [303, 'HEAD', 'HEAD', true],
    [301, 'PUT', 'PUT', true],
    [302, 'DELETE', 'DELETE', true],
    [307, 'POST', 'POST', true],
    [308, 'PATCH', 'PATCH', true],
  ])('%i: %s becomes %s', (status, method, expected, keepsBody) => {
    const next = nextHop(hop({ method }), status, to).hop;
    expect(next.method).toBe(expected);
    expect(next.body !== null).toBe(keepsBody);
    expect(next.headers.some(([name]) => name === 'Content-Type')).toBe(keepsBody);
    expect(next.headers).toContainEqual(['Accept', '*/*']);
  });

  it('keeps everything on the same origin', () => {
    const headers = [['Authorization', 'Bearer abc'] as const, ['X-Api-Key', 'sekrit'] as const];
    const secrets = [{ value: 'sekrit', tokenName: 'main' }];
    const next = nextHop(hop({ headers, secrets }), 307, new URL('https://a.example/?k=sekrit'));
    expect(next.dropped).toEqual([]);
    expect(next.hop.headers).toEqual(headers);
  });

  it.each(['https://b.example/', 'https://a.example:8443/', 'https://sub.a.example/'])(
    'keeps nothing secret on the way to %s',
    (other) => {
      const secret = 'tok/en+value=1';
      const headers: [string, string][] = [
        ['Authorization', 'Bearer other'],
        ['proxy-authorization', 'Basic x'],
        ['Cookie', 'a=b'],
        ['X-Api-Key', 'typed by hand'],
        ['Private-Token', 'typed by hand'],
        ['Host', 'a.example'],
        ['X-Plain', `before ${secret} after`],
        ['X-Basic', Buffer.from(`user:${secret}`).toString('base64')],
        ['X-Base64Url', Buffer.from(`1${secret}2`).toString('base64url')],
        ['X-Url', `a=${encodeURIComponent(secret)}`],
        ['X-Other', 'stays'],
        ['Idempotency-Key', 'stays'],
        ['Accept', '*/*'],
      ];
      const secrets = [{ value: secret, tokenName: 'main' }];
      const next = nextHop(hop({ headers, secrets }), 307, new URL(other));
      expect(next.hop.headers.map(([name]) => name)).toEqual(['X-Other', 'Idempotency-Key', 'Accept']);
      expect(next.dropped).toHaveLength(10);
      expect(next.hop.body).not.toBeNull();
    },
  );

  it('refuses a secret in the new address or in a body that is kept', () => {
    const secrets = [{ value: 'tok en/1', tokenName: 'main' }];
    for (const location of [
      'https://b.example/tok%20en%2F1',
      'https://b.example/?k=tok+en%2f1',
      `https://b.example/?k=${Buffer.from('a:tok en/1').toString('base64url')}`,
      'https://b.example/x#tok%20en/1',
    ]) {
      expect(() => nextHop(hop({ secrets }), 302, new URL(location))).toThrow(
        expect.objectContaining({ code: 'redirect_leaks_secret' }) as Error,
      );
    }
    for (const body of ['{"k":"tok en/1"}', 'k=tok+en%2f1', Buffer.from('tok en/1').toString('base64')]) {
      const sending = hop({ secrets, body: Buffer.from(body) });
      const other = new URL('https://b.example/');
      expect(() => nextHop(sending, 308, other)).toThrow(
        expect.objectContaining({ code: 'redirect_leaks_secret' }) as Error,
      );
      expect(nextHop(sending, 303, other).hop.body).toBeNull();
    }
  });

  it('goes from https to http only without credentials', () => {
    const plain = new URL('http://a.example/');
    expect(nextHop(hop(), 307, plain).hop.url.protocol).toBe('http:');
    for (const changes of [
      { secrets: [{ value: 'x1', tokenName: 'main' }] },
      { headers: [['authorization', 'Basic x'] as const] },
      { headers: [['Cookie', 'a=b'] as const] },
      { headers: [['X-API-Key', 'x'] as const] },
    ]) {
      expect(() => nextHop(hop(changes), 307, plain)).toThrow(
        expect.objectContaining({ code: 'redirect_insecure' }) as Error,
      );
    }
  });
});

describe('the forms of a secret', () => {
  it('are found in any base64 alignment, whatever stands around', () => {
    const secret = 'gho_16C7e42F292c6912E7710c838347Ae178B4a';
    for (let before = 0; before < 7; before += 1) {
      for (let after = 0; after < 4; after += 1) {
        const bytes = Buffer.from(`${'x'.repeat(before)}${secret}${'y'.repeat(after)}`);
        expect(holdsSecret(bytes.toString('base64'), [secret])).toBe(true);
        expect(bytesHoldSecret(Buffer.from(bytes.toString('base64url')), [secret])).toBe(true);
      }
    }
  });

  it('are not found where they are not', () => {
    expect(holdsSecret('https://b.example/?a=%zz%20ok', ['secret', ''])).toBe(false);
    expect(bytesHoldSecret(Buffer.from('nothing here %41'), ['secret'])).toBe(false);
  });
});

describe('following redirects', () => {
  it('goes step by step and records each', async () => {
    const seen: string[] = [];
    const other = await httpServer((request, response) => {
      seen.push(`other ${String(request.headers['x-api-key'])} ${String(request.headers.authorization)}`);
      response.writeHead(302, { Location: `${first.url}/back` }).end('x'.repeat(1000));
    });
    const first = await httpServer((request, response) => {
      seen.push(`${request.url ?? ''} ${String(request.headers['x-api-key'])}`);
      if (request.url === '/back') response.end('done');
      else
        response.writeHead(307, { Location: request.url === '/start' ? '/second' : `${other.url}/` }).end();
    });
    const response = await newClient().send(
      newRequest({
        url: `${first.url}/start`,
        headers: [
          ['X-Api-Key', 'k3y-value'],
          ['Authorization', 'Bearer t'],
        ],
        secrets: [{ value: 'k3y-value', tokenName: 'main' }],
      }),
    );
    expect(seen).toEqual([
      '/start k3y-value',
      '/second k3y-value',
      'other undefined undefined',
      '/back undefined',
    ]);
    expect(response).toMatchObject({ status: 200, url: `${first.url}/back` });
    expect(response.redirects).toEqual([
      { status: 307, from: `${first.url}/start`, to: `${first.url}/second`, dropped: [] },
      {
        status: 307,
        from: `${first.url}/second`,
        to: `${other.url}/`,
        dropped: ['X-Api-Key', 'Authorization'],
      },
      { status: 302, from: `${other.url}/`, to: `${first.url}/back`, dropped: [] },
    ]);
    expect(first.sockets.size).toBe(1);
  });

  it('stops at a loop and after ten', async () => {
    const server = await httpServer((request, response) => {
      const n = Number(request.url?.slice(2));
      const next = request.url === '/a' ? '/b' : request.url === '/b' ? '/a' : `/n${n + 1}`;
      if (n === 11) response.end('there');
      else response.writeHead(302, { Location: next }).end();
    });
    const client = newClient();
    const loop = await failureOf(client.send(newRequest({ url: `${server.url}/a` })));
    expect(loop).toMatchObject({ code: 'redirect_loop' });
    expect((loop as Error).message).toContain('circle');
    const long = await failureOf(client.send(newRequest({ url: `${server.url}/n0` })));
    expect(long).toMatchObject({ code: 'redirect_loop' });
    const ten = await client.send(newRequest({ url: `${server.url}/n1` }));
    expect(ten.redirects).toHaveLength(10);
    const none = await client.send(newRequest({ url: `${server.url}/a`, followRedirects: false }));
    expect(none).toMatchObject({ status: 302, redirects: [] });
  });

  it('refuses to go from https to http with a token', async () => {
    const pems = await certificate();
    const plain = await httpServer((_request, response) => response.end('plain'));
    const secure = await httpsServer((_request, response) => {
      response.writeHead(302, { Location: `${plain.url}/?x=1` }).end();
    }, pems);
    const client = newClient({ caCertificates: [pems.cert] });
    const error = await failureOf(
      client.send(newRequest({ url: secure.url, headers: [['Authorization', 'Bearer hush']] })),
    );
    expect(error).toMatchObject({ code: 'redirect_insecure' });
    expect(plain.sockets.size).toBe(0);
    expect(await client.send(newRequest({ url: secure.url }))).toMatchObject({
      status: 200,
      tlsVerified: null,
    });
  });

  it('does not wait for the endless body of a redirect', async () => {
    const server = await httpServer((request, response) => {
      if (request.url === '/end') {
        response.end('end');
        return;
      }
      response.writeHead(302, { Location: '/end' });
      const timer = setInterval(() => response.write(Buffer.alloc(32_768)), 1);
      response.on('close', () => clearInterval(timer));
    });
    expect(await newClient().send(newRequest({ url: server.url }))).toMatchObject({
      status: 200,
      sizeBytes: 3,
    });
  });
});

it('shows the certificate of the client to no other origin', () => {
  const clientCertificate = { certificate: 'cert', key: 'key' };
  const from = hop({ clientCertificate });
  const { hop: same } = nextHop(from, 307, new URL('https://a.example/next'));
  expect(same.clientCertificate).toBe(clientCertificate);
  for (const elsewhere of ['https://b.example/', 'https://a.example:8443/']) {
    expect(
      nextHop(hop({ clientCertificate, body: null, method: 'GET' }), 302, new URL(elsewhere)).hop,
    ).toMatchObject({
      clientCertificate: null,
    });
  }
});
