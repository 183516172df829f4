import { request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { landingPage } from '../../../src/oauth/authorization/landingPage.ts';
import {
  ANY_LOOPBACK,
  listenOnLoopback,
  parseLoopbackAddress,
} from '../../../src/oauth/authorization/loopback.ts';
import type { Redirect } from '../../../src/token/signIn.ts';
import { failureOf } from '../support.ts';

let redirect: Redirect | null = null;
afterEach(() => {
  redirect?.dispose();
  redirect = null;
});

async function listening(): Promise<Redirect> {
  redirect = await listenOnLoopback(ANY_LOOPBACK);
  redirect.expect('the-state');
  return redirect;
}

const never = () => new AbortController().signal;
const query = '?code=the-code&state=the-state';

/** One request, exactly as it is written here. */
function ask(
  target: string,
  options: { path?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { hostname, port, pathname } = new URL(target);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path: options.path ?? pathname + query,
        method: options.method ?? 'GET',
        headers: options.headers,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}

function isOpen(uri: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(uri).port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('addresses on this computer', () => {
  it.each<[string, object | null]>([
    ['http://127.0.0.1:8400/callback', { host: '127.0.0.1', port: 8400, path: '/callback' }],
    ['http://127.0.0.1/callback', { host: '127.0.0.1', port: 0, path: '/callback' }],
    ['http://[::1]:8400/', { host: '[::1]', port: 8400, path: '/' }],
    ['http://localhost:8400/a/b', { host: 'localhost', port: 8400, path: '/a/b' }],
    ['https://127.0.0.1:8400/callback', null],
    ['http://127.0.0.2/callback', null],
    ['http://0.0.0.0/callback', null],
    ['http://app.localhost/callback', null],
    ['http://127.0.0.1.example.com/callback', null],
    ['http://user@127.0.0.1/callback', null],
    ['http://127.0.0.1/callback?a=b', null],
    ['http://127.0.0.1/callback#a', null],
    ['javascript:alert(1)', null],
    ['loopback', null],
  ])('%s', (text, expected) => {
    expect(parseLoopbackAddress(text)).toEqual(expected);
  });
});

describe('the listener', () => {
  it('answers one request, shows its page and is gone', async () => {
    const { uri, response } = await listening().then((r) => ({ uri: r.uri, response: r.response(never()) }));
    const page = await ask(uri);
    expect(page.status).toBe(200);
    expect(page.body).toContain('You can close this page');
    const address = await response;
    expect(address.href).toBe(`${uri}${query}`);
    expect(await isOpen(uri)).toBe(false);
  });

  it.each<[string, Parameters<typeof ask>[1]]>([
    ['another path', { path: `/other${query}` }],
    ['the path with more behind it', { path: `/callback/more${query}` }],
    ['the path in another spelling', { path: `/%63allback${query}` }],
    ['no parameters', { path: '/callback' }],
    ['parameters that mean nothing', { path: '/callback?utm_source=mail' }],
    ['an address of its own', { path: `http://evil.example/callback${query}` }],
    ['POST', { method: 'POST' }],
    ['HEAD', { method: 'HEAD' }],
    ['OPTIONS', { method: 'OPTIONS' }],
    ['another host, as a rebound name has it', { headers: { host: 'evil.example' } }],
    ['another port', { headers: { host: '127.0.0.1:1' } }],
    ['a picture on another site’s page', { headers: { 'sec-fetch-dest': 'image' } }],
    ['a frame on another site’s page', { headers: { 'sec-fetch-dest': 'iframe' } }],
    ['a script on another site’s page', { headers: { 'sec-fetch-dest': 'empty' } }],
  ])('has 404 for %s, which changes nothing', async (_name, options) => {
    const { uri } = await listening();
    const answer = redirect?.response(never());
    expect((await ask(uri, options)).status).toBe(404);
    expect((await ask(uri)).status).toBe(200);
    expect((await answer)?.searchParams.get('code')).toBe('the-code');
  });

  it.each([
    ['another state', '?code=theirs&state=guessed'],
    ['no state', '?code=theirs'],
    ['an empty state', '?code=theirs&state='],
    ['the state twice', '?code=theirs&state=the-state&state=the-state'],
    ['the state and another one', '?code=theirs&state=guessed&state=the-state'],
    ['an error for another sign-in', '?error=access_denied&state=guessed'],
    ['an error without a state', '?error=access_denied'],
  ])('says that %s is not the answer, and waits on', async (_name, theirs) => {
    const { uri } = await listening();
    const answer = redirect?.response(never());
    expect(redirect?.strayed).toBe(false);
    const page = await ask(uri, { path: `/callback${theirs}` });
    expect(page).toMatchObject({ status: 400, body: landingPage('stray').html });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(redirect?.strayed).toBe(true);
    expect((await ask(uri)).status).toBe(200);
    expect((await answer)?.href).toBe(`${uri}${query}`);
  });

  it('knows no answer before it knows the state', async () => {
    redirect = await listenOnLoopback(ANY_LOOPBACK);
    expect((await ask(redirect.uri)).status).toBe(400);
    redirect.expect('the-state');
    const answer = redirect.response(never());
    expect((await ask(redirect.uri)).status).toBe(200);
    await answer;
  });

  it('lets the browser in while another program holds all the connections it can', async () => {
    const { uri } = await listening();
    const port = Number(new URL(uri).port);
    const held = await Promise.all(
      Array.from(
        { length: 100 },
        () =>
          new Promise<Socket>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => resolve(socket));
            socket.on('error', () => undefined);
          }),
      ),
    );
    const answer = redirect?.response(never());
    expect((await ask(uri)).status).toBe(200);
    await answer;
    for (const socket of held) socket.destroy();
  });

  it('takes only the first of many', async () => {
    const { uri } = await listening();
    const answer = redirect?.response(never());
    const others = Array.from({ length: 20 }, (_, index) =>
      ask(uri, { path: `/callback?code=${index}&state=the-state` }).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    const statuses = await Promise.all(others);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await answer)?.searchParams.get('code')).toBe(String(statuses.indexOf(200)));
  });

  it('is gone when it is cancelled, at once or before a caller waited', async () => {
    for (const early of [true, false]) {
      const { uri, response } = await listening().then((r) => ({ uri: r.uri, response: r.response.bind(r) }));
      const controller = new AbortController();
      if (early) controller.abort();
      const failure = failureOf(response(controller.signal));
      controller.abort();
      expect((await failure).code).toBe('cancelled');
      expect(await isOpen(uri)).toBe(false);
    }
  });

  it('does not wait for those who only hold a connection', async () => {
    const { uri } = await listening();
    const idle = connect(Number(new URL(uri).port), '127.0.0.1');
    idle.on('error', () => undefined);
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.write('GET /callback?code=');
    const closed = new Promise((resolve) => idle.once('close', resolve));
    const answer = redirect?.response(never());
    await ask(uri);
    await answer;
    await closed;
    expect(await isOpen(uri)).toBe(false);
  });

  it('listens on this computer alone', async () => {
    const { uri } = await listening();
    const port = Number(new URL(uri).port);
    // 127.0.0.2 is this computer too, but not the address that was asked for.
    const refused = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.2');
      socket.once('connect', () => resolve('open'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    expect(refused).toBe('ECONNREFUSED');
  });

  it('never listens on one half of localhost alone when another program has the other', async () => {
    const rival = createServer();
    const hasIpv6 = await new Promise<boolean>((resolve) => {
      rival.once('error', () => resolve(false));
      rival.listen(0, '::1', () => resolve(true));
    });
    const address = rival.address();
    const port = hasIpv6 && typeof address === 'object' && address !== null ? address.port : 0;
    const opened = listenOnLoopback({ host: 'localhost', port, path: '/callback' });
    if (hasIpv6) {
      expect((await failureOf(opened)).code).toBe('authorization_failed');
    } else {
      // A computer without IPv6: there is no other half.
      redirect = await opened;
      expect(redirect.uri).toMatch(/^http:\/\/localhost:\d+\/callback$/);
    }
    rival.close();
  });
});

describe('the page', () => {
  it('loads nothing, runs nothing but its own line, and cannot be framed', async () => {
    const { uri } = await listening();
    const answer = redirect?.response(never());
    const injected = '"><script>alert(1)</script>';
    const { headers, body } = await ask(uri, {
      path: `/callback?error=${encodeURIComponent(injected)}&error_description=${encodeURIComponent(injected)}&state=the-state`,
    });
    await answer;
    expect(body).toContain('The sign-in was refused');
    expect(body).not.toContain('alert(1)');
    expect(body).toBe(landingPage('refused').html);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(body).not.toMatch(/https?:|src=|href=/);
    expect(body.length).toBeLessThan(4000);
  });

  it.each(['received', 'refused', 'stray'] as const)('is readable by day and by night (%s)', (landing) => {
    const { html } = landingPage(landing);
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('color-scheme:light dark');
    expect(html).toMatch(/<title>[^<]+ – Keyturn<\/title>/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
  });
});
