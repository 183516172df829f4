import { expect, it } from 'vitest';
import { maskedUrl, urlCredentials } from '../../src/redaction/maskedUrl.ts';
import { cpuMs } from '../support/cpuTime.ts';

it.each([
  ['https://a.example/1?x=2', 'https://a.example/1?x=2'],
  ['https://zoe:pw@a.example/', 'https://zoe:•••@a.example/'],
  ['https://zoe:p@w@a.example/', 'https://zoe:•••@a.example/'],
  ['https://ghp_abc@a.example/', 'https://•••@a.example/'],
  ['https://sk_live:@a.example/', 'https://•••:@a.example/'],
  ['HTTPS:\\\\zoe:pw@a.example/', 'HTTPS:\\\\zoe:•••@a.example/'],
  ['https:///zoe:pw@a.example', 'https:///zoe:•••@a.example'],
  ['zoe:pw@a.example/x', 'zoe:•••@a.example/x'],
  ['https://zoe:p/w@a.example/', 'https://zoe:•••@a.example/'],
  ['https://{{user}}:{{pw}}@a.example/', 'https://{{user}}:{{pw}}@a.example/'],
  ['https://zoe:pw@{{host}}/', 'https://zoe:•••@{{host}}/'],
  ['{{host}}/users/@me', '{{host}}/users/@me'],
  ['http://[::1]:80/users/@me', 'http://[::1]:80/users/@me'],
  ['/1?api_key=k&page=2&accessToken=t#sig=s', '/1?api_key=•••&page=2&accessToken=•••#sig=•••'],
  ['/1?api%5Fkey=k', '/1?api%5Fkey=•••'],
  ['/1?api_key={{key}}&token=a{{b}}', '/1?api_key={{key}}&token=•••'],
  ['/1?x=1;token=abc', '/1?x=1;token=•••'],
  ['/1?token=&key', '/1?token=&key'],
  ['Authorization: Bearer abc', 'Authorization: •••'],
  ['https://zoe:pw@a.example/1?x=2 X-Api-Key: abc&y=3', 'https://zoe:•••@a.example/1?x=2 X-Api-Key: •••'],
  ['https://a.example/1%20X-Api-Key:%20abc', 'https://a.example/1%20X-Api-Key:%20•••'],
  ['https://a.example/1 Accept: abc', 'https://a.example/1 Accept: abc'],
  ['{{f({ token: x })}}/1', '{{f({ token: x })}}/1'],
])('%s is shown as %s', (written, shown) => {
  expect(maskedUrl(written)).toBe(shown);
});

it('hides what is said to be secret by the way it is sent', () => {
  expect(maskedUrl('/1?k=abc&l=1', new Set(['k']))).toBe('/1?k=•••&l=1');
});

it('tells the credentials in it', () => {
  expect(urlCredentials('https://zoe:pw@a.example/?sig=s%20s&x=1')).toEqual(['pw', 's%20s']);
});

it('is made in linear time', () => {
  const start = cpuMs();
  for (const piece of ['&', '{{', '{{&', '=', '@', ':', '?token=', '/']) {
    maskedUrl(`https://a?${piece.repeat(100_000)}`);
    maskedUrl(piece.repeat(100_000));
  }
  expect(cpuMs() - start).toBeLessThan(3000);
});

it('looks for headers in linear time', () => {
  const start = cpuMs();
  for (const piece of [' a: ', ' {{', '%20', ' token:']) maskedUrl(piece.repeat(50_000));
  expect(cpuMs() - start).toBeLessThan(3000);
});
