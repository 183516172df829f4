import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../src/oauth/server/discovery.ts';
import { HOUR, profileOf, settled, TestClock } from '../../token/support.ts';
import { contextOf, failureOf, json, listen, obtainer, type TestServer } from '../support.ts';

let server: TestServer;
afterEach(() => server.close());

const OPENID = '/.well-known/openid-configuration';
const RFC8414 = '/.well-known/oauth-authorization-server';

/** A server with these documents, 404 for the rest. `{origin}` in a document is the server's own. */
async function serving(
  documents: Record<string, object | ((response: ServerResponse) => void)>,
): Promise<void> {
  server = await listen((request, response) => {
    const document = documents[request.url ?? ''];
    if (typeof document === 'function') document(response);
    else if (document === undefined) response.writeHead(404).end();
    else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document).replaceAll('{origin}', server.origin));
    }
  });
}

function discoverer(clock = new TestClock(), timeoutMs = 5000) {
  return createDiscovery({ fetch: globalThis.fetch, clock, mask: (text) => text, timeoutMs });
}

const signal = () => new AbortController().signal;

describe('discovery', () => {
  it('reads OpenID metadata', async () => {
    await serving({ [OPENID]: { issuer: '{origin}', token_endpoint: '{origin}/token' } });
    const found = await discoverer().find(server.origin, signal());
    expect(found.token_endpoint).toBe(`${server.origin}/token`);
    expect(server.requests).toEqual([`GET ${OPENID}`]);
  });

  it('reads RFC 8414 metadata of an issuer with a path', async () => {
    await serving({ [`${RFC8414}/tenant`]: { issuer: '{origin}/tenant', token_endpoint: '{origin}/t' } });
    const found = await discoverer().find(`${server.origin}/tenant`, signal());
    expect(found.token_endpoint).toBe(`${server.origin}/t`);
    expect(server.requests).toEqual([`GET /tenant${OPENID}`, `GET ${RFC8414}/tenant`]);
  });

  it('keeps metadata for an hour, and no failure at all', async () => {
    let works = false;
    await serving({
      [OPENID]: (response) => {
        if (works) json(response, 200, { issuer: server.origin, token_endpoint: `${server.origin}/token` });
        else response.writeHead(500).end();
      },
    });
    const clock = new TestClock();
    const discovery = discoverer(clock);
    expect((await failureOf(discovery.find(server.origin, signal()))).code).toBe('discovery_failed');
    works = true;
    await discovery.find(server.origin, signal());
    const asked = server.requests.length;
    await clock.advance(HOUR - 1);
    await discovery.find(server.origin, signal());
    expect(server.requests).toHaveLength(asked);
    await clock.advance(1);
    await discovery.find(server.origin, signal());
    expect(server.requests).toHaveLength(asked + 1);
    await clock.jump(clock.now() - 5 * HOUR);
    await discovery.find(server.origin, signal());
    expect(server.requests).toHaveLength(asked + 2);
  });

  it('asks once for all who wait, and goes on when one leaves', async () => {
    await serving({ [OPENID]: { issuer: '{origin}', token_endpoint: '{origin}/token' } });
    const discovery = discoverer();
    const leaving = new AbortController();
    const left = failureOf(discovery.find(server.origin, leaving.signal));
    const others = Array.from({ length: 10 }, () => discovery.find(server.origin, signal()));
    leaving.abort();
    expect((await left).code).toBe('cancelled');
    await Promise.all(others);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, object | ((response: ServerResponse) => void), string]>([
    ['another issuer', { issuer: 'https://other.example' }, 'issuer_mismatch'],
    ['the issuer with a path', { issuer: '{origin}/x' }, 'issuer_mismatch'],
    ['an issuer that is a number', { issuer: 7 }, 'discovery_failed'],
    ['an issuer that is no URL', { issuer: 'nobody' }, 'discovery_failed'],
    ['a list', [], 'discovery_failed'],
    [
      'a web page',
      (r: ServerResponse) => void r.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'discovery_failed',
    ],
    [
      'a redirect',
      (r: ServerResponse) => void r.writeHead(301, { location: 'https://evil.example' }).end(),
      'discovery_failed',
    ],
    ['too much', (r: ServerResponse) => void r.writeHead(200).end('x'.repeat(2_000_000)), 'discovery_failed'],
    ['nothing', () => undefined, 'discovery_failed'],
  ])('refuses %s', async (_name, document, code) => {
    await serving({ [OPENID]: document });
    const error = await failureOf(discoverer(new TestClock(), 200).find(server.origin, signal()));
    expect(error.code).toBe(code);
    expect(error.message).toContain(server.origin);
    await settled();
  });

  it.each([
    ['none', {}],
    ['one with http elsewhere', { token_endpoint: 'http://id.example.com/token' }],
    ['a number', { token_endpoint: 7 }],
  ])('refuses %s for a token endpoint', async (_name, endpoint) => {
    await serving({ [OPENID]: { issuer: '{origin}', ...endpoint } });
    const error = await failureOf(obtainer()(profileOf({ issuer: server.origin }), contextOf()));
    expect(error.code).toBe('discovery_failed');
  });
});
