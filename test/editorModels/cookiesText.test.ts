import { expect, test } from 'vitest';
import { cookiesText } from '../../src/editor/cookies/cookiesText.ts';
import { CookieJar } from '../../src/http/cookies/cookieJar.ts';

test('the cookies of a window are listed by folder and environment, without a value', async () => {
  const jar = new CookieJar();
  await jar.take(new URL('https://api.example.com/login'), [
    ['Set-Cookie', 'sid=secret-session-1; HttpOnly; Secure; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT'],
    ['Set-Cookie', 'lang=de; Domain=example.com; SameSite=Lax'],
    ['Set-Cookie', `\u202eevil${'x'.repeat(200)}=1`],
  ]);
  const text = cookiesText([{ folder: 'demo', environment: 'dev', cookies: await jar.all() }]);
  expect(text).not.toContain('secret-session-1');
  expect(text).not.toContain('\u202e');
  expect(text).toContain('demo, environment dev');
  const lines = text.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines).toContainEqual(['Host', 'Path', 'Name', 'Value', 'Expires', 'Flags']);
  expect(lines).toContainEqual([
    'api.example.com',
    '/',
    'sid',
    '•••',
    '2100-01-01T00:00:00.000Z',
    'Secure HttpOnly',
  ]);
  expect(lines).toContainEqual(['.example.com', '/', 'lang', '•••', 'with the window', 'SameSite=lax']);
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(220);
  expect(cookiesText([])).toContain('There are none.');
});
