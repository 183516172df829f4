import { describe, expect, it } from 'vitest';
import { parseOriginPattern } from '../../src/profile/origin.ts';
import { originFault } from '../../src/profile/originFault.ts';

describe('a wildcard', () => {
  it.each([
    ...[
      'com',
      'co.uk',
      'me.uk',
      'ltd.uk',
      'id.au',
      'com.au',
      'k12.ca.us',
      'uk.com',
      'eu.org',
      'ac.jp',
      'gov.br',
    ],
    // Private section: anyone can register a name there.
    ...[
      'github.io',
      'gitlab.io',
      'vercel.app',
      'netlify.app',
      'pages.dev',
      'azurewebsites.net',
      'herokuapp.com',
    ],
    ...['s3.amazonaws.com', 's3.eu-west-1.amazonaws.com', 'cloudfront.net', 'run.app', 'web.app'],
    // Below these every name is one.
    ...['kawasaki.jp', 'x.kawasaki.jp', 'ck', 'x.ck', 'compute.amazonaws.com'],
    // Letters beyond ASCII, in both spellings.
    ...['\u0440\u0444', 'xn--p1ai', '\u516c\u53f8.cn', 'xn--55qx5d.cn', '\u9999\u6e2f', 'xn--j6w193g'],
  ])('over names of many owners is refused: *.%s', (suffix) => {
    const spellings = [
      `*.${suffix}`,
      `*.${suffix.toUpperCase()}`,
      `*.${suffix}.`,
      `*.${suffix}:8443`,
      `*.${suffix}/`,
    ];
    for (const spelling of spellings) {
      expect(originFault(`https://${spelling}`)?.code, spelling).toBe('origin_too_wide');
    }
    expect(originFault(`https://*.${suffix}:*`)).not.toBeNull();
    expect(originFault(`https://*.${suffix}..`)).not.toBeNull();
  });

  it.each([
    ...[
      'https://*.example.com',
      'https://*.example.co.uk',
      'https://*.zoe.github.io',
      'https://*.city.kawasaki.jp',
    ],
    ...['https://*.bucket.s3.amazonaws.com', 'https://*.b\u00fccher.example', 'https://*.intra.corp'],
    ...['https://*.localhost', 'http://*.localhost:*', 'http://*.app.localhost', 'https://zoe.github.io'],
    ...['https://github.io', 'https://co.uk'],
  ])('or a name of one owner is taken: %s', (origin) => {
    expect(originFault(origin)).toBeNull();
  });

  it('is refused in words that name the suffix', () => {
    expect(originFault('https://*.GitHub.io')?.message).toContain('below github.io');
    expect(originFault('https://*')?.code).toBe('origin_invalid');
  });
});

describe('a host', () => {
  it.each([
    'a!b',
    'a;b',
    'a,b',
    "a'b",
    'a(b)',
    'a+b',
    'a=b',
    'a&b',
    'a~b',
    'a$b',
    'a..b',
    '.a',
    'a..',
    '\u3164',
  ])('with signs that no name has is refused: %j', (label) => {
    expect(parseOriginPattern(`https://${label}.example.com`).fault?.code).toBe('origin_invalid');
  });

  it('is refused where it is longer than a name can be', () => {
    const host = (length: number) => 'a.'.repeat(200).slice(0, length - 8) + '.example';
    expect(parseOriginPattern(`https://${'a.'.repeat(122)}example.b`).fault).toBeNull();
    expect(parseOriginPattern(`https://${host(400)}`).fault?.code).toBe('origin_invalid');
  });

  it('may have an underscore, as names of services do', () => {
    for (const origin of ['https://my_app.example.com', 'https://[2001:db8::1]:8443', 'https://192.0.2.1']) {
      expect(originFault(origin)).toBeNull();
    }
  });
});
