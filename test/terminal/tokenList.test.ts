import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeStatus } from '../../src/terminal/token/list.ts';
import type { TokenEntry } from '../../src/token/manager.ts';
import { MINUTE, staticProfile } from '../token/support.ts';
import { keyturn } from './support.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-token-list-'));
  const legacy = { grant: 'static', origins: ['{{api}}'] };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { legacy } }));
  await writeFile(
    join(cwd, 'http-client.env.json'),
    JSON.stringify({ test: { api: 'https://api.example.com' } }),
  );
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('keyturn token list', () => {
  it('points to --env where a profile needs a variable, and does not call the folder empty', async () => {
    const { code, out, err } = await keyturn(['token', 'list'], { cwd });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/the variable \{\{api\}\} has no value\. Choose an environment .*--env/);
  });

  it('fills the profile from the chosen environment', async () => {
    const { out } = await keyturn(['token', 'list', '--env', 'test'], { cwd });
    expect(out).toMatch(/^legacy .*https:\/\/api\.example\.com/);
  });

  it('names profiles with the same fault in one line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-token-list-'));
    const profile = { grant: 'static', origins: ['{{api}}'] };
    await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { one: profile, two: profile } }));
    const { err } = await keyturn(['token', 'list'], { cwd: folder });
    expect(err).toContain(
      'The token profiles "one", "two" are not valid: the variable {{api}} has no value.',
    );
    expect(err.match(/problem:/g)).toHaveLength(2);
    await rm(folder, { recursive: true, force: true });
  });
});

describe('without a keychain', () => {
  const origins = ['https://api.example.com'];
  const machine = { grant: 'client_credentials', issuer: 'https://id.example.com', clientId: 'm', origins };
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyturn-token-list-'));
    const pasted = { grant: 'static', origins };
    const gh = { grant: 'command', command: ['gh', 'auth', 'token'], origins };
    await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { pasted, gh, machine } }));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('ends with 0 and a note where the environment supplies all that is needed', async () => {
    const env = { KEYTURN_TOKEN_PASTED: 'abc', KEYTURN_CLIENT_SECRET_MACHINE: 'secret' };
    const { code, out, err } = await keyturn(['token', 'list'], { cwd: folder, env });
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(err).toContain('note: There is no usable keychain here');
    expect(err).not.toContain('problem:');
    expect(code).toBe(0);
    const json = await keyturn(['token', 'list', '--json'], { cwd: folder, env });
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toHaveLength(3);
  });

  it.each([
    ['a token', { KEYTURN_CLIENT_SECRET_MACHINE: 'secret' }],
    ['a client secret', { KEYTURN_TOKEN_PASTED: 'abc' }],
  ])('ends with 1 where %s could be in it', async (_what, env) => {
    const { code, err } = await keyturn(['token', 'list'], { cwd: folder, env: { ...env } });
    expect(err).toContain('problem: There is no usable keychain here');
    expect(code).toBe(1);
  });

  it('calls no token missing that could be in it', async () => {
    for (const args of [
      ['revoke', 'pasted'],
      ['rotate', 'machine'],
      ['verify', 'pasted'],
    ]) {
      const { code, err } = await keyturn(['token', ...args], { cwd: folder });
      expect(err, args.join(' ')).toContain('There is no usable keychain here');
      expect(code).toBe(1);
    }
    const all = await keyturn(['token', 'revoke', '--issuer', 'https://id.example.com'], { cwd: folder });
    expect(all).toMatchObject({ code: 1 });
    expect(all.err).toContain('There is no usable keychain here');
  });

  it('says of a token that is never stored where it comes from', async () => {
    const { code, err } = await keyturn(['token', 'revoke', 'gh'], { cwd: folder });
    expect(code).toBe(1);
    expect(err).toContain('Keyturn does not store the token gh');
  });

  it('refreshes no token that the environment gives', async () => {
    const env = { KEYTURN_TOKEN_PASTED: 'abc' };
    const { code, err } = await keyturn(['token', 'refresh', 'pasted'], { cwd: folder, env });
    expect(code).toBe(1);
    expect(err).toContain('An environment variable overrides the token pasted.');
  });
});

describe('the words for a status', () => {
  const entry: TokenEntry = {
    profile: staticProfile(),
    key: 'key',
    token: {
      key: 'key',
      name: 'viewer',
      accessToken: 'abc',
      refreshToken: null,
      idToken: null,
      tokenType: null,
      scope: null,
      expiresAtMs: 0,
      obtainedAtMs: 0,
      personal: null,
    },
    status: 'expired',
    lastUsedAtMs: null,
    lastError: null,
    canRefresh: false,
    needsSignIn: false,
    clockSkewMs: null,
  };

  it('do not call missing what a locked keychain may hold', () => {
    const missing: TokenEntry = { ...entry, token: null, status: 'missing' };
    expect(describeStatus(missing, 0)).toBe('not stored yet');
    const lastError = { code: 'store_locked', message: 'The keychain is locked.' };
    expect(describeStatus({ ...missing, lastError }, 0)).toBe('unknown');
  });

  it('say whether a person has to act', () => {
    expect(describeStatus(entry, 10 * MINUTE)).toBe('expired 10 min ago');
    expect(describeStatus({ ...entry, canRefresh: true }, 10 * MINUTE)).toBe(
      'expired 10 min ago, refreshed on use',
    );
  });
});
