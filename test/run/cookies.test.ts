import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, test } from 'vitest';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { Imports } from '../../src/run/session/imports.ts';
import { Session } from '../../src/run/session/session.ts';
import { SessionMemory } from '../../src/run/session/sessionMemory.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';
import { httpServer } from '../http/support.ts';
import { engineOver, runOptions } from './support.ts';

async function api(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: string[] = [];
  const { url } = await httpServer((request, response) => {
    seen.push(`${request.url ?? ''} ${request.headers.cookie ?? '-'}`);
    answer(request, response);
    if (!response.writableEnded) response.end();
  });
  return { origin: new URL(url).origin, seen };
}

function sessionOver(cookies = true) {
  const { engine, redactor, clock, run } = engineOver({ profiles: [] });
  const options = { engine, variables: {}, tokenName: null, confirmed: false };
  const session = new Session({
    ...options,
    rules: { strict: false, skipsDisabled: false },
    dependencies: true,
    memory: new SessionMemory(),
    imports: new Imports(memoryFiles({})),
    now: () => clock.now(),
  });
  const send = async (text: string) => {
    const tree = parseHttpFile(text);
    const node = tree.requests[0];
    if (node === undefined) throw new Error('no request');
    if (!cookies) return run(text);
    return (await session.run({ file: '/a.http', tree, environment: new Map(), options: runOptions }, node))
      .result;
  };
  return { send, redactor };
}

const setsOnLogin = (request: IncomingMessage, response: ServerResponse) => {
  if (request.url === '/login')
    response.setHeader('Set-Cookie', ['sid=secret-session-1; HttpOnly', 'lang=de']);
};

describe('cookies of a session', () => {
  it('are sent to their host with the requests after the one that got them', async () => {
    const { origin, seen } = await api(setsOnLogin);
    const other = await api(() => undefined);
    const { send, redactor } = sessionOver();
    await send(`GET ${origin}/login`);
    const result = await send(`GET ${origin}/reports`);
    await send(`GET ${other.origin.replace('127.0.0.1', 'localhost')}/`);
    expect(seen).toEqual(['/login -', '/reports sid=secret-session-1; lang=de']);
    expect(other.seen).toEqual(['/ -']);
    expect(result.request?.headers).toContainEqual(['Cookie', 'sid=•••; lang=•••']);
    expect(redactor.mask('it is secret-session-1')).not.toContain('secret-session-1');
    expect(redactor.mask('it is de')).toBe('it is de');
  });

  it('are masked in the answer that sets them', async () => {
    const { origin } = await api(setsOnLogin);
    const { send } = sessionOver();
    const result = await send(`GET ${origin}/login`);
    const shown = result.response?.headers.filter(([name]) => name === 'Set-Cookie');
    expect(shown).toEqual([
      ['Set-Cookie', 'sid=•••; HttpOnly'],
      ['Set-Cookie', 'lang=•••'],
    ]);
  });

  test.each(['# @no-cookie-jar', '# @noCookieJar', '// @no-cookie-jar'])(
    'are left out by %s',
    async (line) => {
      const { origin, seen } = await api(setsOnLogin);
      const { send, redactor } = sessionOver();
      await send(`${line}\nGET ${origin}/login`);
      await send(`GET ${origin}/a`);
      expect(seen).toEqual(['/login -', '/a -']);
      expect(redactor.mask('it is secret-session-1')).not.toContain('secret-session-1');
      await send(`GET ${origin}/login`);
      await send(`${line}\nGET ${origin}/b`);
      expect(seen.at(-1)).toBe('/b -');
    },
  );

  it('stand before those that the file writes', async () => {
    const { origin, seen } = await api(setsOnLogin);
    const { send } = sessionOver();
    await send(`GET ${origin}/login\nCookie: a=1`);
    await send(`GET ${origin}/b\nCookie: a=1; b=2`);
    await send(`curl -b c=3 ${origin}/c`);
    expect(seen).toEqual([
      '/login a=1',
      '/b sid=secret-session-1; lang=de; a=1; b=2',
      '/c sid=secret-session-1; lang=de; c=3',
    ]);
  });

  it('are taken and sent at every redirect, each for its own host', async () => {
    const away = await api((_request, response) => {
      response.setHeader('Set-Cookie', 'away=1');
      response.writeHead(302, { location: `${home.origin}/end` });
    });
    const home = await api((request, response) => {
      if (request.url === '/start') {
        response.setHeader('Set-Cookie', 'home=1');
        response.writeHead(302, { location: away.origin.replace('127.0.0.1', 'localhost') });
      }
    });
    const { send } = sessionOver();
    await send(`GET ${home.origin}/start\nCookie: written=1`);
    await send(`GET ${away.origin.replace('127.0.0.1', 'localhost')}/\n# @no-redirect`);
    expect(home.seen.slice(0, 2)).toEqual(['/start written=1', '/end home=1']);
    expect(away.seen[0]).toBe('/ -');
    expect(away.seen[1]).toBe('/ away=1');
  });

  it('do not make a circle of a redirect to the same address with a new cookie', async () => {
    const { origin, seen } = await api((request, response) => {
      if (request.headers.cookie === undefined)
        response.setHeader('Set-Cookie', 'checked=1').writeHead(302, { location: '/' });
    });
    const { send } = sessionOver();
    expect((await send(`GET ${origin}/`)).response?.status).toBe(200);
    expect(seen).toEqual(['/ -', '/ checked=1']);
  });

  it('belong to no host where the Host header names another than the URL', async () => {
    const { origin, seen } = await api(setsOnLogin);
    const { send } = sessionOver();
    await send(`GET ${origin}/login\nHost: other.example`);
    await send(`GET ${origin}/login`);
    await send(`GET ${origin}/c\nHost: other.example`);
    expect(seen).toEqual(['/login -', '/login -', '/c -']);
  });

  it('are not seen by another session, and not kept without one', async () => {
    const { origin, seen } = await api(setsOnLogin);
    await sessionOver().send(`GET ${origin}/login`);
    await sessionOver().send(`GET ${origin}/a`);
    const { send } = sessionOver(false);
    await send(`GET ${origin}/login`);
    await send(`GET ${origin}/b`);
    expect(seen).toEqual(['/login -', '/a -', '/login -', '/b -']);
  });
});
