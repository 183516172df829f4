import { describe, expect, it } from 'vitest';
import { absoluteUrl, destinationsOf } from '../../src/run/url.ts';

describe('absoluteUrl', () => {
  it.each([
    ['https://api.example.com/a?b=c', [], 'https://api.example.com/a?b=c'],
    ['  http://x.example/ ', [], 'http://x.example/'],
    ['api.example.com/a', [], 'http://api.example.com/a'],
    ['localhost:3000/a', [], 'http://localhost:3000/a'],
    ['/a', [['Host', 'x.example']], 'http://x.example/a'],
    ['/a', [['host', 'x.example:443']], 'https://x.example/a'],
    ['/a', [['host', 'x.example:8443']], 'https://x.example:8443/a'],
    ['/a', [['host', 'x.example:18443']], 'http://x.example:18443/a'],
    ['http://x.example/a\\b/c', [], 'http://x.example/a%5Cb/c'],
    ['http://x.example/?p=C:\\x\\', [], 'http://x.example/?p=C:%5Cx%5C'],
    ['http://x.example/a\tb?c=\td\r\ne', [], 'http://x.example/a%09b?c=%09d%0D%0Ae'],
    ['http://x.example/50%/%zz/%4', [], 'http://x.example/50%25/%25zz/%254'],
    ['http://x.example/?q=50% off%20%41%c3%B6', [], 'http://x.example/?q=50%25%20off%20%41%c3%B6'],
    ['http://x.example/?f={"a":[1]}|<^`>', [], 'http://x.example/?f=%7B%22a%22:[1]%7D%7C%3C%5E%60%3E'],
    ['http://x.example/a|b^c', [], 'http://x.example/a%7Cb%5Ec'],
    ['http://x.example/ö?ö=€\u0001\u007f', [], 'http://x.example/%C3%B6?%C3%B6=%E2%82%AC%01%7F'],
    ['http://me:5%0%@x.example/', [], 'http://me:5%250%25@x.example/'],
    ['http://x.example?a\\b', [], 'http://x.example/?a%5Cb'],
    ['http://x.example/a#top', [], 'http://x.example/a'],
    ['http://x.example/?a=#1&b=2', [], 'http://x.example/?a='],
    ['http://x.example/#', [], 'http://x.example/'],
    ['http://x.example/a?#b', [], 'http://x.example/a?'],
    ['/a\\b', [['Host', 'x.example']], 'http://x.example/a%5Cb'],
    ['x.example/?u=https://other.example/', [], 'http://x.example/?u=https://other.example/'],
  ] as const)('%s', (written, headers, expected) => {
    expect(absoluteUrl(written, headers).href).toBe(expected);
  });

  it.each([
    ['/a', 'request_invalid'],
    ['http://', 'request_invalid'],
    ['http://x:99999/', 'request_invalid'],
    ['http:///x.example/', 'request_invalid'],
    ['http://?x', 'request_invalid'],
    ['http://x.example\\y/', 'request_invalid'],
    ['http://x.example\\@y.example/', 'request_invalid'],
    ['http:\\\\x.example/', 'request_invalid'],
    ['http://x.exa\tmple/', 'request_invalid'],
    ['http://x.exa\nmple/', 'request_invalid'],
    ['http://me:a\\b@x.example/', 'request_invalid'],
    ['http://x%2eexample/', 'request_invalid'],
    ['http://x example/', 'request_invalid'],
    ['http://@/', 'request_invalid'],
    ["'http://x.example/'", 'request_invalid'],
    ['http://x.example,y.example/', 'request_invalid'],
    ['http://x.example;a=b', 'request_invalid'],
    ['http://$host/', 'request_invalid'],
    ['', 'request_invalid'],
    ['ws://x.example/', 'unsupported'],
    ['file:///etc/passwd', 'unsupported'],
  ])('refuses %s', (written, code) => {
    expect(() => absoluteUrl(written, [])).toThrow(expect.objectContaining({ code }));
  });

  it('names no part of the URL in its message', () => {
    expect(() => absoluteUrl('http://[secret-value', [])).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret-value') as string }),
    );
  });
});

describe('destinationsOf', () => {
  const origins = (url: string, ...hosts: string[]) =>
    destinationsOf(
      new URL(url),
      hosts.map((host) => ['Host', host] as const),
    ).map(({ origin }) => origin);

  it('counts a Host header that names another place', () => {
    expect(origins('https://a.example/x')).toEqual(['https://a.example']);
    expect(origins('https://a.example/x', 'A.example:443')).toEqual(['https://a.example']);
    expect(origins('https://a.example/x', 'b.example')).toEqual(['https://a.example', 'https://b.example']);
    expect(origins('http://a.example/x', 'a.example:81')).toEqual([
      'http://a.example',
      'http://a.example:81',
    ]);
  });

  it.each(['', 'a.example/b', 'x@a.example', 'a b', 'a.example:x', 'a?b', 'a\\b', 'a\tb', 'a%41'])(
    'refuses the host %j',
    (host) => {
      expect(() => origins('https://a.example/', host)).toThrow(
        expect.objectContaining({ code: 'request_invalid' }),
      );
    },
  );
});
