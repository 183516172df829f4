import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JWT_RESOURCE, OPAQUE_RESOURCE, startInspectionProvider } from '../oauth/inspectionProvider.mjs';
import { keyturn } from './support.ts';

let provider: Awaited<ReturnType<typeof startInspectionProvider>>;
let cwd: string;
const env = {
  KEYTURN_CLIENT_SECRET_JWT: 'plain-secret/+%',
  KEYTURN_CLIENT_SECRET_OPAQUE: 'plain-secret/+%',
  KEYTURN_TOKEN_PASTED: 'some-opaque-token-of-nobody',
};

beforeAll(async () => {
  provider = await startInspectionProvider();
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-inspection-'));
  const client = {
    grant: 'client_credentials',
    issuer: provider.issuer,
    clientId: 'plain',
    scope: 'reports:read',
    origins: ['https://api.example.com'],
  };
  const tokens = {
    jwt: { ...client, resource: JWT_RESOURCE },
    opaque: { ...client, resource: OPAQUE_RESOURCE },
    pasted: { grant: 'static', origins: ['https://api.example.com'] },
  };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens }));
});
afterAll(async () => {
  await provider.close();
  await rm(cwd, { recursive: true, force: true });
});

const run = (...args: string[]) => keyturn(['token', ...args], { cwd, env });
const jsonOf = (out: string) => JSON.parse(out) as Record<string, unknown>;

describe('keyturn token verify', () => {
  it('ends with 0 for a good token, and names the key', async () => {
    const { code, out } = await run('verify', 'jwt');
    expect(code).toBe(0);
    expect(out).toMatch(/^jwt {2}verified/);
    expect(out).toContain('key id current');
    const json = jsonOf((await run('verify', 'jwt', '--json')).out);
    expect(json).toMatchObject({
      name: 'jwt',
      status: 'verified',
      code: 'verified',
      key: { alg: 'RS256', from: `${provider.issuer}/jwks` },
      opened: null,
      checkedAt: expect.stringMatching(/Z$/) as string,
    });
  });

  it('ends with 1 for what cannot be verified', async () => {
    const opaque = await run('verify', 'opaque', '--json');
    expect(opaque.code).toBe(1);
    expect(jsonOf(opaque.out)).toMatchObject({ status: 'not_verified', code: 'not_a_jwt' });
    expect((await run('verify', 'pasted')).code).toBe(1);
  });

  it('ends with 1 for an invalid token, and trusts the issuer that is named', async () => {
    const token = `${part({ alg: 'none' })}.${part({ iss: provider.issuer })}.`;
    const pasted = { cwd, env: { ...env, KEYTURN_TOKEN_PASTED: token } };
    const { code, out } = await keyturn(['token', 'verify', 'pasted', '--json'], pasted);
    expect(code).toBe(1);
    expect(jsonOf(out)).toMatchObject({ status: 'invalid', code: 'algorithm_none' });
    expect(out).not.toContain(token);
    const forged = `${part({ alg: 'RS256' })}.${part({ iss: provider.issuer })}.c2ln`;
    const own = { cwd, env: { ...env, KEYTURN_TOKEN_PASTED: forged } };
    const unnamed = await keyturn(['token', 'verify', 'pasted', '--json'], own);
    expect(jsonOf(unnamed.out)).toMatchObject({ code: 'issuer_unknown' });
    const named = await keyturn(['token', 'verify', 'pasted', '--issuer', provider.issuer, '--json'], own);
    expect(jsonOf(named.out)).toMatchObject({ status: 'invalid', code: 'signature_invalid' });
  });
});

describe('keyturn token verify --issuer', () => {
  it.each([
    ['jwt', 'not-an-address', 'takes an address'],
    ['jwt', 'http://id.example.com', 'takes an address'],
    ['jwt', 'https://id.example.com', 'The profile of jwt names another issuer'],
  ])('refuses for %s the issuer %s', async (name, issuer, why) => {
    const { code, err } = await run('verify', name, '--issuer', issuer);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });
});

describe('keyturn token introspect', () => {
  it('says what the issuer says', async () => {
    const { code, out } = await run('introspect', 'opaque', '--json');
    expect(code).toBe(0);
    expect(jsonOf(out)).toMatchObject({
      name: 'opaque',
      active: true,
      vendor: null,
      scopes: ['reports:read'],
    });
    const text = await run('introspect', 'opaque');
    expect(text.out).toMatch(/^opaque {2}active/);
    expect(text.out).toContain('reports:read');
  });

  it('exits with 1 where there is no server to ask', async () => {
    const { code, err } = await run('introspect', 'pasted');
    expect(code).toBe(1);
    expect(err).toContain('Keyturn knows no server');
    expect(err).not.toContain('some-opaque-token-of-nobody');
  });
});

describe('keyturn token revoke and rotate', () => {
  it('end with 1 where there is no token or no server to ask', async () => {
    const missing = await run('revoke', 'opaque');
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.err).toContain('There is no usable keychain here');
    expect((await run('revoke', 'pasted')).err).toContain('Keyturn knows no server');
    expect((await run('revoke', '--issuer', provider.issuer)).code).toBe(1);
    const rotated = await run('rotate', 'pasted');
    expect(rotated.code).toBe(1);
    expect(rotated.err).toContain('was pasted');
  });
});

describe('the commands of inspection', () => {
  it.each(['verify', 'introspect', 'revoke', 'rotate'])(
    'token %s --help tells its exit codes',
    async (name) => {
      const { code, out } = await run(name, '--help');
      expect(code).toBe(0);
      expect(out).toMatch(/Exit codes: 0 .*, 1 [\s\S]*, 2 wrong use/);
      expect(out).toContain('--json');
    },
  );

  it.each([
    ['verify'],
    ['introspect', 'a', 'b'],
    ['revoke'],
    ['revoke', 'a', '--issuer', 'b'],
    ['rotate', '--what'],
  ])('wrong use ends with 2 (%#)', async (...args) => {
    expect((await run(...args)).code).toBe(2);
  });
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
