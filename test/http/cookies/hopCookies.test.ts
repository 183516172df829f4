import { expect, it } from 'vitest';
import { CookieJar } from '../../../src/http/cookies/cookieJar.ts';
import type { RequestCookies } from '../../../src/http/message.ts';
import { certificate, httpServer, httpsServer, newClient, newRequest } from '../support.ts';

it('sends no kept cookie after a redirect from https to http', async () => {
  const seen: string[] = [];
  const plain = await httpServer((request, response) => {
    seen.push(`http ${request.headers.cookie ?? '-'}`);
    response.end();
  });
  const pems = await certificate();
  const secure = await httpsServer((request, response) => {
    seen.push(`https ${request.headers.cookie ?? '-'}`);
    response.setHeader('Set-Cookie', 'sid=1');
    if (request.url === '/down') {
      response.writeHead(302, { location: plain.url.replace('127.0.0.1', 'localhost') });
    }
    response.end();
  }, pems);
  const jar = new CookieJar();
  const cookies: RequestCookies = {
    headerFor: (url) => jar.headerFor(url),
    answered: async (url, headers) => {
      if (url !== null) await jar.take(url, headers);
    },
  };
  const client = newClient({ caCertificates: [pems.cert] });
  const home = secure.url.replace(/\/$/, '');
  for (const path of ['/', '/', '/down']) {
    await client.send(newRequest({ url: `${home}${path}`, followRedirects: true, cookies }));
  }
  expect(seen).toEqual(['https -', 'https sid=1', 'https sid=1', 'http -']);
});
