import { describe, expect, it } from 'vitest';
import { fetchThrough } from '../../src/http/fetch.ts';
import { failureOf, httpServer, newClient } from './support.ts';

describe('fetch through the client', () => {
  it('sends what fetch sends, and answers with a Response', async () => {
    const server = await httpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('Content-Type', 'application/json');
        response.setHeader('WWW-Authenticate', ['Basic realm="a"', 'Bearer']);
        const { method, headers } = request;
        response.statusCode = 400;
        response.end(
          JSON.stringify({ method, type: headers['content-type'], body: Buffer.concat(chunks).toString() }),
        );
      });
    });
    const fetchLike = fetchThrough(newClient());
    const response = await fetchLike(`${server.url}/token`, {
      method: 'POST',
      headers: new Headers({ accept: 'application/json' }),
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'a b' }),
      redirect: 'manual',
    });
    expect(response).toBeInstanceOf(Response);
    expect(response.status).toBe(400);
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="a", Bearer');
    expect(await response.json()).toEqual({
      method: 'POST',
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      body: 'grant_type=client_credentials&scope=a+b',
    });
  });

  it('follows no redirect, and reads statuses without a body', async () => {
    const server = await httpServer((request, response) => {
      response.writeHead(Number(request.url?.slice(1)), { Location: '/200' }).end();
    });
    const fetchLike = fetchThrough(newClient());
    for (const status of [302, 204, 304, 200]) {
      const response = await fetchLike(new URL(`${server.url}/${status}`));
      expect(response.status).toBe(status);
      expect(await response.text()).toBe('');
    }
  });

  it('reads at most 1 MiB', async () => {
    const server = await httpServer((request, response) => {
      response.end(Buffer.alloc(1024 * 1024 + (request.url === '/more' ? 1 : 0)));
    });
    const fetchLike = fetchThrough(newClient());
    expect((await (await fetchLike(server.url)).arrayBuffer()).byteLength).toBe(1024 * 1024);
    expect(await failureOf(fetchLike(`${server.url}/more`))).toMatchObject({ code: 'response_too_large' });
  });

  it('can be cancelled', async () => {
    const server = await httpServer(() => undefined);
    const stop = new AbortController();
    const error = failureOf(fetchThrough(newClient())(server.url, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 30);
    expect(await error).toMatchObject({ code: 'cancelled' });
  });

  it('fails with a body that breaks off', async () => {
    const server = await httpServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"half":');
      setTimeout(() => response.socket?.destroy(), 20);
    });
    expect(await failureOf(fetchThrough(newClient())(server.url))).toMatchObject({
      code: 'connection_reset',
    });
  });
});
