import { describe, expect, it, test } from 'vitest';
import { CookieJar } from '../../../src/http/cookies/cookieJar.ts';

const jarWith = async (url: string, ...lines: string[]) => {
  const jar = new CookieJar();
  await jar.take(
    new URL(url),
    lines.map((line) => ['Set-Cookie', line] as const),
  );
  return jar;
};
const sent = (jar: CookieJar, url: string) => jar.headerFor(new URL(url));

describe('a jar of cookies', () => {
  test.each([
    ['goes to its host alone', 'sid=1', 'https://api.example.com/', 'sid=1'],
    ['not to a host below', 'sid=1', 'https://a.api.example.com/', null],
    ['not to another host', 'sid=1', 'https://api.example.org/', null],
    ['to hosts of its domain', 'sid=1; Domain=example.com', 'https://www.example.com/', 'sid=1'],
    ['not for a public suffix', 'sid=1; Domain=com', 'https://api.example.com/', null],
    ['not for another domain', 'sid=1; Domain=example.org', 'https://www.example.org/', null],
    ['below its path', 'sid=1; Path=/a', 'https://api.example.com/a/b', 'sid=1'],
    ['not beside its path', 'sid=1; Path=/a', 'https://api.example.com/ab', null],
    ['not in clear if it is secure', 'sid=1; Secure', 'http://api.example.com/', null],
    ['to another port of its host', 'sid=1', 'https://api.example.com:8443/', 'sid=1'],
    ['not after it expired', 'sid=1; Max-Age=0', 'https://api.example.com/', null],
    [
      'with a prefix that it may bear',
      '__Host-a=1; Secure; Path=/',
      'https://api.example.com/',
      '__Host-a=1',
    ],
    ['not with a prefix that it may not bear', '__Host-a=1; Path=/', 'https://api.example.com/', null],
    ['not with control characters', 'sid=a\u0001b', 'https://api.example.com/', null],
    ['not longer than browsers take', `sid=${'x'.repeat(9000)}`, 'https://api.example.com/', null],
    ['not without a name and a value', '=; ;', 'https://api.example.com/', null],
  ])('%s', async (_name, line, url, expected) => {
    expect(sent(await jarWith('https://api.example.com/login', line), url)).toBe(expected);
  });

  it('knows suffixes below which many people have hosts', async () => {
    const jar = await jarWith('https://ann.github.io/', 'a=1; Domain=github.io');
    expect(sent(jar, 'https://bob.github.io/')).toBeNull();
  });

  it('keeps secure cookies of this computer, where they can go in clear', async () => {
    expect(sent(await jarWith('http://localhost:3000/', 'sid=1; Secure'), 'http://localhost:3000/')).toBe(
      'sid=1',
    );
  });

  it('sends what is beyond ASCII byte by byte', async () => {
    const jar = await jarWith('https://a.example/', 'name=Zo\u00eb');
    expect(Buffer.from(sent(jar, 'https://a.example/') ?? '', 'latin1').toString('utf8')).toBe(
      'name=Zo\u00eb',
    );
  });

  it('lists what it keeps, and forgets it', async () => {
    const jar = await jarWith(
      'https://a.example/x',
      'z=1; Max-Age=60; Secure; HttpOnly; SameSite=Lax; Path=/x',
      'a=2; Domain=a.example',
    );
    const [first, second] = await jar.all();
    expect(first).toMatchObject({
      host: 'a.example',
      hostOnly: false,
      name: 'a',
      expiresAtMs: null,
      flags: [],
    });
    expect(second).toMatchObject({ name: 'z', path: '/x', flags: ['Secure', 'HttpOnly', 'SameSite=lax'] });
    expect(Math.abs((second?.expiresAtMs ?? 0) - Date.now() - 60_000)).toBeLessThan(5000);
    jar.clear();
    expect(await jar.all()).toEqual([]);
    expect(sent(jar, 'https://a.example/x')).toBeNull();
  });

  it('holds no more than some thousands, the newest of them', async () => {
    const jar = new CookieJar();
    for (let i = 0; i < 70; i++) {
      const lines = Array.from({ length: 100 }, (_, n) => ['Set-Cookie', `c${i}-${n}=1`] as const);
      await jar.take(new URL('https://a.example/'), lines);
    }
    const names = (await jar.all()).map(({ name }) => name);
    expect(names.length).toBeLessThanOrEqual(3000);
    expect(names).toContain('c69-99');
  });
});
