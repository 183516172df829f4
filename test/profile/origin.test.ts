import { describe, expect, it } from 'vitest';
import { isLoopback, originAllowed, parseOriginPattern } from '../../src/profile/origin.ts';

const allowed = (pattern: string, url: string) => originAllowed([pattern], new URL(url));
const code = (text: string) => parseOriginPattern(text).fault?.code ?? null;

describe('parseOriginPattern', () => {
  it.each([
    'https://api.example.com',
    'https://api.example.com/',
    'https://api.example.com:8443',
    'https://*.example.com',
    'https://*.bücher.example',
    'http://127.0.0.1:*',
    'http://localhost:3000',
    'http://[::1]:8080',
    'http://*.localhost:*',
    'https://[2001:db8::1]',
  ])('takes %s', (text) => expect(parseOriginPattern(text).fault).toBeNull());

  it.each([
    ['*', 'origin_too_wide'],
    ['https://*', 'origin_invalid'],
    ['https://*.', 'origin_invalid'],
    ['https://*.com', 'origin_too_wide'],
    ['https://*.co.uk', 'origin_too_wide'],
    ['https://*.com.', 'origin_too_wide'],
    ['https://*.*.example.com', 'origin_invalid'],
    ['https://api.*.com', 'origin_invalid'],
    ['https://a*.example.com', 'origin_invalid'],
    ['https://%2A.example.com', 'origin_invalid'],
    ['https://\uFF0A.example.com', 'origin_invalid'],
    ['https://*.127.0.0.1', 'origin_invalid'],
    ['https://*.0.1', 'origin_invalid'],
    ['https://api.example.com:*', 'origin_invalid'],
    ['https://api.example.com/v1', 'origin_invalid'],
    ['https://api.example.com?x', 'origin_invalid'],
    ['https://api.example.com#x', 'origin_invalid'],
    ['https://user:secret@api.example.com', 'origin_invalid'],
    ['https://api.example.com\\@evil.example', 'origin_invalid'],
    ['https://api.example.com\n.evil.example', 'origin_invalid'],
    [' https://api.example.com', 'origin_invalid'],
    ['https://api.example.com:99999', 'origin_invalid'],
    ['https://', 'origin_invalid'],
    ['api.example.com', 'origin_invalid'],
    ['ftp://api.example.com', 'origin_invalid'],
    ['', 'origin_invalid'],
    ['http://api.example.com', 'insecure_origin'],
    ['http://*.example.com', 'insecure_origin'],
    ['http://127.0.0.1.evil.example', 'insecure_origin'],
    ['http://localhost.evil.example', 'insecure_origin'],
    ['http://0.0.0.0', 'insecure_origin'],
  ])('refuses %j', (text, expected) => expect(code(text)).toBe(expected));

  it('never repeats what may be a password', () => {
    expect(parseOriginPattern('https://user:hunter2@api.example.com').fault?.message).not.toContain(
      'hunter2',
    );
  });
});

describe('originAllowed', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com/v1?x=1', true],
    ['https://api.example.com', 'https://API.EXAMPLE.COM/', true],
    ['HTTPS://API.example.com', 'https://api.example.com/', true],
    ['https://api.example.com', 'https://api.example.com:443/', true],
    ['https://api.example.com:443', 'https://api.example.com/', true],
    ['https://api.example.com', 'https://api.example.com./', true],
    ['https://api.example.com', 'https://user:pw@api.example.com/', true],
    ['https://api.example.com', 'https://api.example.com:8443/', false],
    ['https://api.example.com', 'http://api.example.com/', false],
    ['https://api.example.com', 'https://api.example.com@evil.example/', false],
    ['https://api.example.com', 'https://evil.example/api.example.com', false],
    ['https://api.example.com', 'https://api.example.com.evil.example/', false],
    ['https://example.com', 'https://api.example.com/', false],
    ['https://*.example.com', 'https://api.example.com/', true],
    ['https://*.example.com', 'https://a.b.c.example.com/', true],
    ['https://*.example.com', 'https://example.com/', false],
    ['https://*.example.com', 'https://.example.com/', false],
    ['https://*.example.com', 'https://evilexample.com/', false],
    ['https://*.example.com', 'https://api.example.com:8443/', false],
    ['https://*.example.com:8443', 'https://api.example.com:8443/', true],
    ['https://bücher.example', 'https://xn--bcher-kva.example/', true],
    ['https://*.xn--bcher-kva.example', 'https://api.BÜCHER.example/', true],
    ['http://127.0.0.1:*', 'http://127.0.0.1:7421/', true],
    ['http://127.0.0.1:*', 'http://127.1:80/', true],
    ['http://127.0.0.1:*', 'http://localhost:7421/', false],
    ['http://127.0.0.1:*', 'https://127.0.0.1/', false],
    ['http://[::1]:*', 'http://[0:0:0:0:0:0:0:1]:99/', true],
    ['https://[2001:db8::1]', 'https://[2001:DB8:0::1]/', true],
    ['*', 'https://api.example.com/', false],
    ['http://api.example.com', 'http://api.example.com/', false],
  ])('%s and %s: %s', (pattern, url, expected) => expect(allowed(pattern, url)).toBe(expected));

  it('needs one pattern of several, and none allows nothing', () => {
    const url = new URL('https://b.example');
    expect(originAllowed(['not an origin', 'https://a.example', 'https://b.example'], url)).toBe(true);
    expect(originAllowed([], url)).toBe(false);
  });
});

it('isLoopback tells this computer from others', () => {
  for (const host of [
    'localhost',
    'api.localhost',
    'localhost.',
    '127.0.0.1',
    '127.9.9.9',
    '2130706433',
    '[::1]',
  ]) {
    expect(isLoopback(new URL(`http://${host}/`)), host).toBe(true);
  }
  for (const host of [
    'example.com',
    '128.0.0.1',
    'localhost.example',
    '[::2]',
    '127.0.0.1.example',
    '0.0.0.0',
  ]) {
    expect(isLoopback(new URL(`http://${host}/`)), host).toBe(false);
  }
});
