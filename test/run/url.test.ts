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
    ['x.example/?u=https://other.example/', [], 'http://x.example/?u=https://other.example/'],
  ] as const)('%s', (written, headers, expected) => {
    expect(absoluteUrl(written, headers).href).toBe(expected);
  });

  it.each([
    ['/a', 'request_invalid'],
    ['http://', 'request_invalid'],
    ['http://x:99999/', 'request_invalid'],
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

  it.each(['', 'a.example/b', 'x@a.example', 'a b', 'a.example:x', 'a?b'])('refuses the host %j', (host) => {
    expect(() => origins('https://a.example/', host)).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    );
  });
});
