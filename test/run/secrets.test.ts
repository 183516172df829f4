import { describe, expect, it } from 'vitest';
import type { RequestResult } from '../../src/run/result.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { httpServer } from '../http/support.ts';
import { profileOf } from '../token/support.ts';
import { engineOver } from './support.ts';

/** With signs that look different in every encoding. */
const TOKEN = 'User:S3cr3t/Prod+Token=Value%41';

/** The engine with one pasted token that may go anywhere on this computer. */
async function engine(value = TOKEN) {
  const profile = profileOf({
    name: 'prod',
    grant: 'static',
    origins: ['http://127.0.0.1:*', 'https://*.example.com'],
  });
  const events: AuditEvent[] = [];

  const made = engineOver({
    profiles: [profile],
    audit: { record: (event) => void events.push(event) },
  });
  await made.manager.add(profile, value);
  return { ...made, events };
}

/** What of a result could show a secret, the body left out. */
function shown({ request, response, error, challenge }: RequestResult): string {
  return JSON.stringify([request, { ...response, body: null }, error, challenge]);
}

function encoded(times: number): string {
  const lines = ['@v0 = {{$token prod}}'];
  for (let at = 1; at <= times; at++) lines.push(`@v${at} = {{%v${at - 1}}}`);
  return `${lines.join('\n')}\n`;
}

function spelled(value: string, times: number): string {
  return times === 0 ? value : encodeURIComponent(spelled(value, times - 1));
}

describe('a token in the host of a URL', () => {
  it.each([
    'GET https://{{$token prod}}.example.com/',
    'GET https:///{{$token prod}}.example.com/',
    'GET https:\\\\{{$token prod}}.example.com/',
    'GET https:{{$token prod}}.example.com/',
    'GET HTTPS://me@{{$token prod}}.example.com:8443/',
    'GET https://www.{{t}}.example.com/',
    'GET https://{{%t}}.example.com/',
    'GET {{base}}/x',
    'GET {{t}}',
    'GET {{t}}://a.example.com/',
    'GET https://a.example.com:{{$token prod}}/',
    'GET /x\nHost: {{$token prod}}.example.com',
    'GET https://a.example.com\n{{h}}: {{$token prod}}.example.com',
    'GET https://a.example.com\n{{whole}}',
    'GET https://a.example.com\nX-{{t}}: 1',
    'GET https://a.example.com\nProxy-Authorization: Bearer {{$token prod}}',
    'GET https://a.example.com\nproxy_authorization: Bearer {{$token prod}}',
    'GET https://a.example.com\nX-Forwarded-Host: {{%t}}',
    'GET https://a.example.com\nTE: {{t}}',
    'GET https://a.example.com\nX-Mine: {{t}}\nconnection: close, x-mine',
    'GET https://a.example.com\nConnection: AUTHORIZATION\nAuthorization: Bearer {{%t}}',
  ])('%s is refused', async (text) => {
    const { run, events } = await engine('s3cr3tProdTokenValue');
    const file = `@t = {{$token prod}}\n@base = https://a{{t}}.example.com\n@h = Host\n@whole = Host: {{t}}.example.com\n${text}`;
    const result = await run(file);
    expect(result.error?.code).toMatch(/^(request_invalid|insecure_origin)$/);
    expect(shown(result).toLowerCase()).not.toContain('s3cr3tprodtokenvalue');
    expect(events.filter(({ action }) => action === 'used')).toEqual([]);
  });

  it.each([
    ['a password that ends the host', 'x@127.0.0.1:1/a', 'GET http://me:{{$token prod}}@127.0.0.1:9/'],
    ['a path that begins the host', '127.0.0.1:1/x', 'GET http://{{$token prod}}'],
    ['full-width letters', 'ａｂｃ', 'GET http://{{$token prod}}.example.com/'],
  ])('is refused as %s', async (_name, value, text) => {
    const { run } = await engine(value);
    expect((await run(text)).error?.code).toMatch(/request_invalid|token_invalid/);
  });

  it('is what another name than the host may hold', async () => {
    const { origin, requests } = await echoServer();
    const { run } = await engine();
    const result = await run(
      `@t = {{$token prod}}\nGET http://me:{{%t}}@${origin.slice(7)}/{{$token prod}}?a={{$token prod}}\nX-A: {{$token prod}}`,
    );
    expect(result.error).toBeNull();
    expect(requests()).toBe(1);
    expect(shown(result)).not.toMatch(/S3cr3t/i);
    expect(result.request?.url).toContain(origin.slice(7));
  });
});

async function echoServer() {
  let count = 0;
  const { url: origin } = await httpServer((request, response) => {
    count++;
    response.setHeader('X-Echo', String(request.headers['x-a']));
    response.end(JSON.stringify({ url: request.url, headers: request.rawHeaders }));
  });
  return { origin, requests: () => count };
}

describe('a token that is encoded many times', () => {
  it.each([1, 2, 4, 8])('%i times is masked, and stays with its origin', async (times) => {
    const there: string[] = [];
    const elsewhere = await httpServer((request, response) => {
      there.push(JSON.stringify([request.url, request.rawHeaders]));
      response.end('there');
    });
    const here = await httpServer((request, response) => {
      const status = request.method === 'POST' ? 307 : 302;
      response.writeHead(status, {
        Location: `${elsewhere.url}/to`,
        'X-Echo': String(request.headers['x-a']),
      });
      response.end();
    });
    const { run, redactor } = await engine();
    const value = spelled(TOKEN, times);
    const got = await run(`${encoded(times)}GET ${here.url}/{{v${times}}}\nX-A: a{{v${times}}}b`);
    expect(got.error).toBeNull();
    expect(got.response?.redirects[0]?.dropped).toContain('X-A');
    expect(there.join()).not.toContain(value);
    expect(shown(got)).not.toContain(value);
    expect(shown(got)).not.toMatch(/S3cr3t/);
    expect(redactor.mask(`echo: ${value}`)).not.toMatch(/S3cr3t/);
    const posted = await run(`${encoded(times)}POST ${here.url}/\n\n{"a":"{{v${times}}}"}`);
    expect(posted.error?.code).toBe('redirect_leaks_secret');
    expect(there.join()).not.toContain(value);
  });
});

describe('a credential that was written into a file', () => {
  it.each([
    ['application/x-www-form-urlencoded', 'user=a&pass%77ord=Wr1ttenByHand'],
    ['application/json', '{"user":{"clientSecret":"Wr1ttenByHand"}}'],
    [
      'multipart/form-data; boundary=b',
      '--b\nContent-Disposition: form-data; name="password"\n\nWr1ttenByHand\n--b--',
    ],
  ])('follows no redirect to another origin in a body: %s', async (type, body) => {
    const there: string[] = [];
    const elsewhere = await httpServer((request, response) => {
      there.push(request.method ?? '');
      response.end('there');
    });
    const here = await httpServer((_request, response) => {
      response.writeHead(307, { Location: elsewhere.url });
      response.end();
    });
    const { run } = await engine();
    const refused = await run(`POST ${here.url}/\nContent-Type: ${type}\n\n${body}`);
    expect(refused.error?.code).toBe('redirect_leaks_secret');
    expect(there).toEqual([]);
    const harmless = await run(
      `POST ${here.url}/\nContent-Type: application/json\n\n{"title":"Wr1ttenByHand"}`,
    );
    expect(harmless.error).toBeNull();
    expect(there).toEqual(['POST']);
  });

  it('is masked in headers, query and cookies, and where the server says it again', async () => {
    const { origin } = await echoServer();
    const { run, redactor } = await engine();
    const result = await run(
      [
        `GET http://zoe:by-hand-0@${origin.slice(7)}/1?api_key=by-hand-1&page=2&accessToken=by-hand-2`,
        'X-Api-Key: by-hand-3',
        'authToken: by-hand-4',
        'Cookie: sid=by-hand-5; theme=dark',
        'X-A: plain',
        'Idempotency-Key: shown-1',
      ].join('\n'),
    );
    const report = shown(result);
    expect(report).not.toContain('by-hand');
    expect(report).toContain('shown-1');
    expect(report).toContain('page=2');
    expect(redactor.mask(Buffer.from(result.response?.body ?? []).toString('utf8'))).not.toMatch(
      /by-hand-[1234]/,
    );
  });

  it.each([
    ['JSON', 'application/json', '{"password":"by hand-0","user":"zoe"}'],
    ['a form', 'application/x-www-form-urlencoded', 'client_secret=by+hand-0&user=zoe'],
    [
      'a part',
      'multipart/form-data; boundary=b',
      '--b\nContent-Disposition: form-data; name="apiKey"\n\nby hand-0\n--b--',
    ],
    [
      'GraphQL variables',
      'application/json\nX-Request-Type: GraphQL',
      'query ($p: String) { a(p: $p) }\n\n{"password":"by hand-0"}',
    ],
  ])('is masked where the server says it again: %s', async (_name, type, body) => {
    const { url } = await httpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const got = Buffer.concat(chunks).toString('utf8');
        response.writeHead(400, { 'Content-Type': 'application/json' });
        response.end(
          JSON.stringify({
            error: 'no',
            received: 'by hand-0',
            user: 'zoe',
            length: got.length,
            sent: /by.hand-0/.test(got),
          }),
        );
      });
    });
    const { run, redactor } = await engine();
    const result = await run(`POST ${url}/\nContent-Type: ${type}\n\n${body}`);
    const answer = redactor.mask(Buffer.from(result.response?.body ?? []).toString('utf8'));
    expect(JSON.parse(answer)).toMatchObject({ received: '•••', user: 'zoe', sent: true });
  });

  it('is masked in what is not run, and in what stops a request', async () => {
    const { origin } = await echoServer();
    const { run } = await engine();
    const left = await run(
      `@apiKey = by-hand-variable\nGET ${origin}/{{apiKey}}\n?? body password == by-hand-1\n?? body == by-hand-variable`,
    );
    expect(left.notRun.map(({ text }) => text)).toEqual([
      '?? body password == •••',
      '?? body == •••apiKey•••',
    ]);
    const stopped = await run(`GET ${origin}/{{login({ password: "by-hand-2" })}}`);
    expect(stopped.error?.code).toBe('unsupported');
    expect(JSON.stringify(stopped.error)).not.toContain('by-hand');
    expect((await run(`# @run #login (@password=by-hand-3)\nGET ${origin}/`)).error?.message).toContain(
      '@password=•••',
    );
  });

  it('is masked in a variable whose name says what it is', async () => {
    const { origin } = await echoServer();
    const { run } = await engine();
    const result = await run(
      `@webhookSecret = abc123\nGET ${origin}/{{webhookSecret}}/x\nX-A: v{{webhookSecret}}`,
    );
    expect(result.request?.url).toBe(`${origin}/•••webhookSecret•••/x`);
    expect(result.request?.headers).toContainEqual(['X-A', 'v•••webhookSecret•••']);
    expect((await run(`@apiToken = abc\nGET https://{{apiToken}}.example.com`)).error?.code).toBe(
      'request_invalid',
    );
  });
});

it('where a request went is shown, whatever the server calls a token', async () => {
  const { origin } = await echoServer();
  const { run, events, redactor } = await engine();
  for (const value of [origin, origin.slice(7), 'steal', 'prod', 'GET']) redactor.registerGiven(value, 'x');
  redactor.register(origin.slice(7), 'mine');
  const result = await run(`# @token prod\nGET ${origin}/steal`);
  expect(result.request).toMatchObject({ method: 'GET', url: `${origin}/steal` });
  expect(result.response?.url).toBe(`${origin}/steal`);
  expect(events.find(({ action }) => action === 'used')).toMatchObject({ origin, tokenName: 'prod' });
});

describe('a request that grows', () => {
  it.each([
    ['in one text', 'GET http://127.0.0.1:9/{{v30}}'],
    ['in many headers', `GET http://127.0.0.1:9/\n${'X-A: {{v18}}\n'.repeat(100)}`],
    ['in the body', `POST http://127.0.0.1:9/\n\n${'{{v18}}\n'.repeat(100)}`],
  ])('%s stops with a message', async (_name, text) => {
    const doubling = Array.from({ length: 30 }, (_, at) => `@v${at + 1} = {{v${at}}}{{v${at}}}`);
    const { run } = await engine();
    const before = process.memoryUsage().rss;
    const result = await run(`@v0 = 0123456789\n${doubling.join('\n')}\n${text}`);
    expect(result.error?.code).toBe('variable_invalid');
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
  });
});
