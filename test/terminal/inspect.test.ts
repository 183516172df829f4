import { SignJWT } from 'jose';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { keyturn } from './support.ts';

const cwd = tmpdir();
const jwt = await new SignJWT({ scope: 'reports:read', client_id: 'viewer' })
  .setProtectedHeader({ alg: 'HS256' })
  .setIssuer('https://id.example.com')
  .setExpirationTime('5m')
  .sign(new TextEncoder().encode('a key that is long enough for HS256'));

describe('keyturn token inspect', () => {
  it('decodes what standard input brings, without the signature', async () => {
    const outcome = await keyturn(['token', 'inspect', '-'], { cwd, stdin: `Bearer ${jwt}\n` });
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(outcome.out).toContain('https://id.example.com');
    expect(outcome.out).toContain('reports:read');
    expect(outcome.out).toContain('not verified');
    expect(outcome.out).not.toContain(jwt.split('.')[2]);
  });

  it('gives programs an object', async () => {
    const outcome = await keyturn(['token', 'inspect', '--json'], { cwd, stdin: jwt });
    expect(JSON.parse(outcome.out)).toMatchObject({
      kind: { id: 'jwt' },
      verified: false,
      claims: { scope: 'reports:read' },
      scopes: ['reports:read'],
      expiresAt: expect.stringMatching(/Z$/) as string,
    });
    expect(outcome.out).not.toContain(jwt.split('.')[2]);
  });

  it.each([
    ['the line of a header', (token: string) => `Authorization: Bearer ${token}\n`],
    ['quotes', (token: string) => `"${token}"`],
    ['line breaks', (token: string) => `${token.slice(0, 60)}\r\n  ${token.slice(60)}\n`],
  ])('reads a token that was copied with %s', async (_what, copied) => {
    const { code, out } = await keyturn(['token', 'inspect', '-', '--json'], { cwd, stdin: copied(jwt) });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ kind: { id: 'jwt' }, warnings: [], scopes: ['reports:read'] });
  });

  it('shows all digits of numbers, and calls Latin-1 what it is', async () => {
    const part = (text: string, encoding: 'utf8' | 'latin1' = 'utf8') =>
      Buffer.from(text, encoding).toString('base64url');
    const header = part('{"alg":"HS256"}');
    const exact = `${header}.${part('{"user_id":174322306148984899,"ratio":1.10,"exp":1700000000.0}')}.c2ln`;
    const people = await keyturn(['token', 'inspect', '-'], { cwd, stdin: exact });
    expect(people.out).toContain('"user_id": 174322306148984899');
    expect(people.out).toContain('"ratio": 1.10');
    const programs = await keyturn(['token', 'inspect', '-', '--json'], { cwd, stdin: exact });
    expect(programs.out).toContain('"user_id":174322306148984899,"ratio":1.10,"exp":1700000000.0');
    expect(JSON.parse(programs.out)).toMatchObject({ expiresAt: '2023-11-14T22:13:20.000Z' });

    const latin = `${header}.${part('{"name":"Zoë"}', 'latin1')}.c2ln`;
    const outcome = await keyturn(['token', 'inspect', '-'], { cwd, stdin: latin });
    expect(outcome.out).toContain(
      'The payload is not valid: its text is not in UTF-8, and was read as Latin-1.',
    );
    expect(outcome.out).toContain('"name": "Zoë"');
  });

  it('says that nothing can be read from an opaque token, and that nothing came', async () => {
    const opaque = await keyturn(['token', 'inspect', '-'], { cwd, stdin: 'hello' });
    expect(opaque.out).toContain('only its issuer can read it');
    const empty = await keyturn(['token', 'inspect', '-'], { cwd });
    expect(empty.err).toBe('keyturn: Standard input is empty.\n');
  });

  it.each([
    ['eyJhbGciOiJIUzI1NiJ9.%%%.x', 0],
    ['an-opaque-token', 0],
    ['x'.repeat(900_000), 0],
    ['x'.repeat(1_100_000), 1],
    ['', 1],
    [`\0binary`, 1],
  ])('stands bad input (%#)', async (stdin, code) => {
    expect((await keyturn(['token', 'inspect', '-'], { cwd, stdin })).code).toBe(code);
  });

  it('takes no token as an argument, and does not repeat it', async () => {
    const outcome = await keyturn(['token', 'inspect', jwt], { cwd });
    expect(outcome.code).toBe(2);
    expect(outcome.err).not.toContain(jwt);
  });
});
