import { describe, expect, it, test } from 'vitest';
import { challengeWords } from '../../src/run/challengeWords.ts';
import { httpServer } from '../http/support.ts';
import { digestServer } from '../support/digestServer.ts';
import { profileOf } from '../token/support.ts';
import { engineOver } from './support.ts';

const written = 'Authorization: Digest Mufasa Circle of Life';
const base64 = Buffer.from('Mufasa:Circle of Life').toString('base64');

describe('Authorization: Digest', () => {
  test.each([
    [undefined, 'auth'],
    ['MD5', 'auth'],
    ['MD5-sess', 'auth'],
    ['SHA-256', 'auth,auth-int'],
    ['SHA-256-sess', 'auth'],
    ['MD5', 'auth-int'],
    ['MD5-sess', 'auth-int'],
    ['SHA-256', 'auth-int'],
    ['SHA-256-sess', 'auth-int'],
    [undefined, undefined],
    ['MD5', undefined],
  ])('answers %s with qop %s once, and the requests after it beforehand', async (algorithm, qop) => {
    const { url, seen } = await digestServer({
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(qop === undefined ? {} : { qop }),
    });
    const { run } = engineOver({ profiles: [] });
    const file = `POST ${url}/reports?from=a%20b&to\n${written}\n\n{"a": 1}`;
    const result = await run(file);
    expect(result).toMatchObject({
      error: null,
      retried: 'digest',
      response: { status: 200 },
      challenge: null,
    });
    expect(Buffer.from(result.response?.body ?? []).toString()).toBe('POST {"a": 1}');
    expect(await run(file)).toMatchObject({ retried: null, response: { status: 200 } });
    expect(await run(`GET ${url}/other\n${written}`)).toMatchObject({ response: { status: 200 } });
    expect(seen.map(({ outcome }) => outcome)).toEqual(['unauthorized', 'ok', 'ok', 'ok']);
    expect(JSON.stringify(seen)).not.toContain('Circle');
    const shown = result.request?.headers.filter(([name]) => name === 'Authorization');
    expect(shown).toEqual([['Authorization', 'Digest •••']]);
  });

  it('takes a new nonce where the old one is stale, and the next one that the server names', async () => {
    const stale = await digestServer({ qop: 'auth', uses: 2 });
    const { run } = engineOver({ profiles: [] });
    for (let i = 0; i < 4; i++) {
      expect((await run(`GET ${stale.url}/\n${written}`)).response?.status).toBe(200);
    }
    expect(stale.seen.map(({ outcome }) => outcome)).toEqual([
      'unauthorized',
      'ok',
      'ok',
      'stale',
      'ok',
      'ok',
    ]);

    const rotating = await digestServer({ qop: 'auth', algorithm: 'SHA-256-sess', uses: 1, rotates: true });
    for (let i = 0; i < 3; i++) {
      expect((await run(`GET ${rotating.url}/\n${written}`)).response?.status).toBe(200);
    }
    expect(rotating.seen.map(({ outcome }) => outcome)).toEqual(['unauthorized', 'ok', 'ok', 'ok']);
  });

  it('counts each message, though many are sent at once', async () => {
    const { url, seen } = await digestServer({ qop: 'auth', algorithm: 'SHA-256' });
    const { run } = engineOver({ profiles: [] });
    await run(`GET ${url}/\n${written}`);
    await Promise.all(Array.from({ length: 20 }, () => run(`GET ${url}/\n${written}`)));
    const counts = seen.map(({ authorization }) => /nc=([\da-f]{8})/.exec(authorization ?? '')?.[1]);
    expect(new Set(counts.slice(1)).size).toBeGreaterThanOrEqual(20);
  });

  it('answers once where user or password are wrong', async () => {
    const { url, seen } = await digestServer({ qop: 'auth' });
    const { run } = engineOver({ profiles: [] });
    const result = await run(`GET ${url}/\nAuthorization: Digest Mufasa wrong-password`);
    expect(result.response?.status).toBe(401);
    expect(seen.map(({ outcome }) => outcome)).toEqual(['unauthorized', 'wrong']);
    expect(challengeWords(result)).toBe('user name or password refused');
  });

  it('says nothing of another scheme where the server refuses the answer without a challenge', async () => {
    const { url } = await httpServer((request, response) => {
      const challenge = { 'WWW-Authenticate': 'Digest realm="a", nonce="b"' };
      response.writeHead(401, request.headers.authorization === undefined ? challenge : {}).end();
    });
    const { run } = engineOver({ profiles: [] });
    for (let i = 0; i < 2; i++) {
      const result = await run(`GET ${url}\n${written}`);
      expect(result).toMatchObject({ response: { status: 401 }, challenge: { refusal: null } });
    }
  });

  test.each(['Basic realm="a"', 'Digest realm="a", nonce="b", algorithm=SHA-1', 'Bearer'])(
    'sends nothing to a server that asks for %s',
    async (challenge) => {
      const seen: (string | undefined)[] = [];
      const { url } = await httpServer((request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
      });
      const { run } = engineOver({ profiles: [] });
      const result = await run(`GET ${url}/\n${written}`);
      expect(seen).toEqual([undefined]);
      expect(result.challenge?.refusal).toMatchObject({ code: 'unsupported' });
      expect(JSON.stringify(result.challenge)).not.toMatch(/Circle|Mufasa/);
    },
  );

  it('follows a redirect at home with an answer, and one away without', async () => {
    const seen: string[] = [];
    const { url: away } = await httpServer((request, response) => {
      seen.push(`away ${request.headers.authorization ?? '-'}`);
      response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="a", nonce="b", qop="auth"' }).end();
    });
    const { url } = await httpServer((request, response) => {
      const uri = /uri="([^"]+)"/.exec(request.headers.authorization ?? '')?.[1];
      seen.push(`${request.url ?? ''} ${uri ?? '-'}`);
      if (uri === undefined) {
        response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="a", nonce="b", qop="auth"' }).end();
      } else if (request.url === '/one') response.writeHead(302, { location: '/two' }).end();
      else if (request.url === '/two') {
        response.writeHead(302, { location: away.replace('127.0.0.1', 'localhost') }).end();
      } else response.end();
    });
    const { run } = engineOver({ profiles: [] });
    const result = await run(`GET ${url.replace(/\/$/, '')}/one\n${written}`);
    expect(seen).toEqual(['/one -', '/one /one', '/two /two', 'away -']);
    expect(result.response?.status).toBe(401);
  });

  it('goes out once more only where the server has not handled the request', async () => {
    let posts = 0;
    const { url } = await httpServer((request, response) => {
      if (request.method === 'POST') {
        posts++;
        response.writeHead(303, { location: '/done' }).end();
      } else response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="a", nonce="b"' }).end();
    });
    const { run } = engineOver({ profiles: [] });
    expect((await run(`POST ${url}\n${written}\n\nx`)).response?.status).toBe(401);
    expect(posts).toBe(1);
  });

  test.each([
    ['Digest {{user}} {{password}}', ''],
    ['Digest {{user}}:{{password}}', ''],
    ['Digest {{both}}', ''],
    ['{{scheme}} {{user}} {{password}}', ''],
    ['{{whole}}', ''],
    ['Digest {{$processEnv DIGEST}}', 'env'],
    ['{{$processEnv WHOLE}}', 'env'],
  ])('is read before its variables are replaced: %s', async (value, env) => {
    const { url, seen } = await digestServer({ qop: 'auth', user: 'Simba of Pride', password: 'a: b c' });
    const second = await digestServer({ qop: 'auth' });
    const { run } = engineOver({
      profiles: [],
      processEnv: { DIGEST: 'Mufasa Circle of Life', WHOLE: 'Digest Mufasa Circle of Life' },
    });
    const variables = [
      '@user = Simba of Pride',
      '@password = a: b c',
      '@both = {{user}} {{password}}',
      '@scheme = digest',
      '@whole = Digest {{user}} {{password}}',
    ].join('\n');
    const target = env === '' ? url : second.url;
    const result = await run(`${variables}\nGET ${target}/\nAuthorization: ${value}`);
    expect(result).toMatchObject({ error: null, response: { status: 200 } });
    expect((env === '' ? seen : second.seen).map(({ outcome }) => outcome)).toEqual(['unauthorized', 'ok']);
  });

  it('is what curl --digest sends', async () => {
    const { url, seen } = await digestServer({ qop: 'auth', algorithm: 'MD5', password: 'a:b c' });
    const { run } = engineOver({ profiles: [] });
    const result = await run(`curl --digest -u 'Mufasa:a:b c' -d x=1 '${url}/p?q=1'`);
    expect(Buffer.from(result.response?.body ?? []).toString()).toBe('POST x=1');
    expect(seen.map(({ outcome }) => outcome)).toEqual(['unauthorized', 'ok']);
    expect(JSON.stringify(seen)).not.toContain(base64);
  });

  it('stands back for a token that is sent as Authorization', async () => {
    const seen: (string | undefined)[] = [];
    const { url } = await httpServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const { run } = engineOver({ profiles: [profileOf({ origins: ['http://127.0.0.1:*'] })] });
    await run(`# @token viewer\nGET ${url}\n${written}`);
    expect(seen).toEqual(['Bearer access-1']);
  });

  it('refuses another user in the URL, which would go out as Basic', async () => {
    const { url, seen } = await digestServer({ qop: 'auth' });
    const { run } = engineOver({ profiles: [] });
    const withUser = url.replace('://', '://zoe:url-password@');
    for (const text of [
      `GET ${withUser}\n${written}`,
      `curl --digest -u a:b ${withUser}`,
      `curl --digest ${withUser}`,
    ]) {
      expect((await run(text)).error?.code).toMatch(/request_invalid|unsupported/);
    }
    expect(seen).toEqual([]);
  });

  it('writes only the last answer into a file', async () => {
    const { url } = await digestServer({ qop: 'auth' });
    const { run, sink } = engineOver({ profiles: [] });
    const options = { options: { saveBodyTo: '/out' } };
    await run(`GET ${url}/\n${written}`, options);
    expect(sink).toMatchObject({ opened: 1, closed: 1, text: 'GET ' });
    const second = engineOver({ profiles: [] });
    await second.run(`GET ${url}/\nAuthorization: Digest Mufasa wrong-password`, options);
    expect(second.sink).toMatchObject({ opened: 1, closed: 1, text: 'who are you?' });
  });

  it('refuses a line break in user or password', async () => {
    const { run } = engineOver({ profiles: [], processEnv: { PW: 'a\nb' } });
    const result = await run('GET http://127.0.0.1:1/\nAuthorization: Digest eve {{$processEnv PW}}x');
    expect(result.error?.code).toBe('request_invalid');
  });
});
