import { exactJson } from '../../src/base/exactJson.ts';
import { CompactEncrypt, CompactSign, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { decodeToken } from '../../src/inspect/decode.ts';
import { cpuMs } from '../support/cpuTime.ts';

const secret = new TextEncoder().encode('a secret that only this test knows, 32 bytes');
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown, header: unknown = { alg: 'HS256', typ: 'JWT' }) =>
  `${part(header)}.${part(claims)}.c2ln`;
const codes = (token: string) => decodeToken(token).warnings.map(({ code }) => code);

describe('decodeToken: JWT', () => {
  test('a real one: header, claims, facts', async () => {
    const token = await new SignJWT({ scope: 'reports:read reports:write', client_id: 'viewer' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })
      .setIssuer('https://id.example.com')
      .setSubject('someone')
      .setAudience(['https://api.example.com', 'other'])
      .setIssuedAt(1_768_478_400)
      .setNotBefore(1_768_478_401)
      .setExpirationTime(1_768_478_700)
      .sign(secret);
    expect(decodeToken(token)).toMatchObject({
      kind: { id: 'jwt' },
      header: { alg: 'HS256', typ: 'at+jwt', kid: 'k1' },
      claims: { sub: 'someone' },
      scopes: ['reports:read', 'reports:write'],
      audience: ['https://api.example.com', 'other'],
      issuer: 'https://id.example.com',
      subject: 'someone',
      clientId: 'viewer',
      issuedAtMs: 1_768_478_400_000,
      notBeforeMs: 1_768_478_401_000,
      expiresAtMs: 1_768_478_700_000,
      nested: null,
      warnings: [],
    });
  });

  test('scopes, from wherever they are, each with its claim', () => {
    const { scopes, scopeClaims } = decodeToken(
      jwt({
        exp: 2_000_000_000,
        scope: 'a  b a',
        scp: ['c', 5, ''],
        scopes: 'd',
        permissions: ['e'],
        roles: ['a', 'f'],
        realm_access: { roles: ['g'] },
        resource_access: { account: { roles: ['h'] }, broken: null, other: { roles: 7 } },
        'cognito:groups': ['i'],
      }),
    );
    expect(scopes).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'i', 'g', 'h']);
    expect(scopeClaims.map(({ value, from }) => `${from}=${value}`)).toEqual([
      'scope=a',
      'scope=b',
      'scp=c',
      'scopes=d',
      'permissions=e',
      'roles=a',
      'roles=f',
      'cognito:groups=i',
      'realm_access.roles=g',
      'resource_access.account.roles=h',
    ]);
  });

  test.each([
    [{ azp: 'a' }, 'a'],
    [{ cid: 'b' }, 'b'],
    [{ appid: 'c' }, 'c'],
    [{ client_id: 5 }, null],
  ])('client id of %j', (claims, clientId) => {
    expect(decodeToken(jwt({ exp: 1, ...claims })).clientId).toBe(clientId);
  });

  test.each<[string, unknown, number | null, string[]]>([
    ['seconds', 1_768_478_400, 1_768_478_400_000, []],
    ['a float', 1_768_478_400.5, 1_768_478_400_500, []],
    ['zero', 0, 0, []],
    ['a string', '1768478400', 1_768_478_400_000, ['time_unusual']],
    ['milliseconds', 1_768_478_400_000, 1_768_478_400_000, ['time_unusual']],
    ['microseconds', 1_768_478_400_000_000, 1_768_478_400_000, ['time_unusual']],
    ['the year 33658', 1_000_000_000_000, 1_000_000_000_000, ['time_unusual']],
    ['the last second of the year 9999', 253_402_300_799, 253_402_300_799_000, []],
    ['a date in words', '2026-01-15T12:00:00Z', 1_768_478_400_000, ['time_unusual']],
    ['a word', 'tomorrow', null, ['time_unreadable']],
    ['no number', Number.NaN, null, ['time_unreadable']],
    ['an object', {}, null, ['time_unreadable']],
    ['far too much', 1e300, null, ['time_unreadable']],
    ['far too little', -1e300, null, ['time_unreadable']],
    ['nothing', undefined, null, ['expiry_missing']],
  ])('exp as %s', (_title, exp, expiresAtMs, warnings) => {
    const token = jwt({ sub: 'a', exp });
    expect(decodeToken(token).expiresAtMs).toBe(expiresAtMs);
    expect(codes(token)).toEqual(warnings);
  });

  test('a number that JSON cannot hold', () => {
    const payload = Buffer.from('{"exp":1e400}').toString('base64url');
    expect(decodeToken(`${part({ alg: 'HS256' })}.${payload}.c2ln`)).toMatchObject({
      expiresAtMs: null,
      warnings: [{ code: 'time_unreadable' }],
    });
  });

  test('numbers keep their digits, in the header and in the claims', () => {
    const raw = (text: string) => Buffer.from(text).toString('base64url');
    const text = '{"alg":"HS256","id":174322306148984899,"n":[1.10]}';
    const { header, claims } = decodeToken(`${raw(text)}.${raw(text)}.c2ln`);
    expect(exactJson(header)).toBe(text);
    expect(exactJson(claims)).toBe(text);
  });

  test('unsigned: by algorithm, and by an empty signature', () => {
    expect(codes(new UnsecuredJWT({ sub: 'a' }).setExpirationTime('1h').encode())).toEqual(['unsigned']);
    expect(codes(jwt({ exp: 1 }, { alg: 'NONE' }))).toEqual(['unsigned']);
    expect(codes(jwt({ exp: 1 }).slice(0, -4))).toEqual(['unsigned']);
  });

  test('nested: the claims and facts of the inner token', async () => {
    const inner = await new SignJWT({ scope: 'deep' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(2_000_000_000)
      .sign(secret);
    const outer = await new CompactSign(new TextEncoder().encode(inner))
      .setProtectedHeader({ alg: 'HS256', cty: 'JWT' })
      .sign(secret);
    const decoded = decodeToken(outer);
    expect(decoded).toMatchObject({
      header: { cty: 'JWT' },
      claims: { scope: 'deep' },
      scopes: ['deep'],
      expiresAtMs: 2_000_000_000_000,
      nested: { header: { alg: 'HS256' }, claims: { scope: 'deep' } },
    });
    expect(decoded.warnings.map(({ code }) => code)).toEqual(['nested']);
  });

  test('nested without end stops', () => {
    let token = jwt({ exp: 1 });
    for (let depth = 0; depth < 10; depth++) {
      token = `${part({ alg: 'HS256' })}.${Buffer.from(token).toString('base64url')}.c2ln`;
    }
    expect(decodeToken(token).claims).toBeNull();
    expect(codes(token)).toContain('payload_unreadable');
  });

  test('a broken part leaves the other readable', () => {
    const good = jwt({ exp: 1, sub: 'a' });
    const [header = '', payload = '', signature = ''] = good.split('.');
    expect(decodeToken(`${header}.@@@@.${signature}`)).toMatchObject({
      header: { alg: 'HS256' },
      claims: null,
      warnings: [{ code: 'payload_unreadable', message: expect.stringContaining('base64url') as string }],
    });
    expect(decodeToken(`eyJ.${payload}.${signature}`)).toMatchObject({
      header: null,
      claims: { sub: 'a' },
      subject: 'a',
      warnings: [{ code: 'header_unreadable' }],
    });
    expect(codes(`${header}..${signature}`)).toEqual(['payload_unreadable']);
    expect(codes(`${header}.${part([1])}.${signature}`)).toEqual(['payload_unreadable']);
    expect(codes(`${header}.${Buffer.from('{"a":').toString('base64url')}.${signature}`)).toEqual([
      'payload_unreadable',
    ]);
  });

  test('plain base64 instead of base64url is understood, and said', () => {
    const payload = Buffer.from('{"exp":1,"sub":"??>>~~"}').toString('base64');
    expect(payload).toMatch(/[+/]/);
    expect(decodeToken(`${part({ alg: 'HS256' })}.${payload}.c2ln`)).toMatchObject({
      subject: '??>>~~',
      warnings: [{ code: 'payload_unreadable' }],
    });
  });

  test('warnings hold nothing of the token', () => {
    const token = jwt({ exp: 'a-private-value', sub: 'somebody' });
    expect(JSON.stringify(decodeToken(token).warnings)).not.toMatch(/private|somebody/);
  });
});

describe('decodeToken: other kinds', () => {
  test('JWE: the header only', async () => {
    const { publicKey } = await generateKeyPair('ECDH-ES');
    const token = await new CompactEncrypt(new TextEncoder().encode('{"exp":1}'))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .encrypt(publicKey);
    expect(decodeToken(token)).toMatchObject({
      kind: { id: 'jwe' },
      header: { alg: 'ECDH-ES', enc: 'A256GCM' },
      claims: null,
      warnings: [{ code: 'encrypted' }],
    });
  });

  test('PASETO: a public payload and its footer', () => {
    const message = Buffer.from('{"sub":"a","exp":"2026-01-15T12:00:00+00:00","scope":"x"}');
    const body = Buffer.concat([message, Buffer.alloc(64, 7)]).toString('base64url');
    expect(decodeToken(`v4.public.${body}.${part({ kid: 'k' })}`)).toMatchObject({
      kind: { id: 'paseto' },
      header: { version: 'v4', purpose: 'public', footer: { kid: 'k' } },
      claims: { sub: 'a' },
      scopes: ['x'],
      expiresAtMs: 1_768_478_400_000,
      warnings: [],
    });
    expect(decodeToken('v4.local.AAAA').warnings).toMatchObject([{ code: 'encrypted' }]);
    expect(decodeToken('v2.public.AAAA').warnings).toMatchObject([{ code: 'payload_unreadable' }]);
  });

  test('a vendor token with a wrong checksum is kept, with a warning', () => {
    expect(decodeToken(`ghp_${'a'.repeat(36)}`)).toMatchObject({
      kind: { id: 'github-personal', checksum: 'invalid' },
      warnings: [{ code: 'checksum_mismatch' }],
    });
  });

  test('opaque: nothing is known, and nothing is wrong', () => {
    expect(decodeToken('0123456789abcdef')).toMatchObject({
      header: null,
      claims: null,
      expiresAtMs: null,
      warnings: [],
    });
  });
});

describe('decodeToken: size', () => {
  test('1 MB decodes fast', () => {
    const token = jwt({ exp: 2_000_000_000, roles: Array.from({ length: 70_000 }, (_, at) => `role-${at}`) });
    expect(token.length).toBeGreaterThan(1_000_000);
    const started = cpuMs();
    expect(decodeToken(token).scopes).toHaveLength(70_000);
    expect(cpuMs() - started).toBeLessThan(1000);
  });

  test('more than 2 MiB is refused in words', () => {
    expect(decodeToken(jwt({ a: 'x'.repeat(2_000_000) }))).toMatchObject({
      claims: null,
      warnings: [{ code: 'too_large' }],
    });
  });

  test('brackets a hundred thousand deep are refused in words', () => {
    const payload = Buffer.from(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`).toString('base64url');
    expect(codes(`${part({ alg: 'HS256' })}.${payload}.c2ln`)).toEqual(['too_deep']);
    expect(codes(`${payload}.${part({ exp: 1 })}.c2ln`)).toEqual(['too_deep']);
    expect(
      decodeToken(`${part({ alg: 'HS256' })}.${part({ exp: 1, a: '[['.repeat(2000) })}.c2ln`).claims,
    ).not.toBeNull();
  });
});
