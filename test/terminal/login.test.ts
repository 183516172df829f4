import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandboxServers, type SandboxServers } from '../oauth/sandboxServers.ts';
import { keyturn } from './support.ts';

// Sign-ins that bring a token are in test/keychain/login.test.ts: they need a keychain.

let cwd: string;
let sandbox: SandboxServers;

beforeAll(async () => {
  sandbox = await startSandboxServers();
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-login-'));
  const shared = { issuer: sandbox.issuer, origins: [sandbox.api] };
  const tokens = {
    person: { ...shared, grant: 'authorization_code', clientId: 'person' },
    viewer: { ...shared, grant: 'client_credentials', clientId: 'viewer' },
  };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens }));
});

afterAll(async () => {
  await sandbox.close();
  await rm(cwd, { recursive: true, force: true });
});

describe('keyturn token login', () => {
  it('opens no browser for a token that could not be stored', async () => {
    const { code, out, err } = await keyturn(['token', 'login', 'person'], { cwd });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/keychain/i);
    expect(err).not.toContain('Sign in at');
    expect(sandbox.asked('POST /request')).toBe(0);
  });

  it('is wrong for a token without a sign-in', async () => {
    const { code, err } = await keyturn(['token', 'login', 'viewer'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain("You can't sign in for the token viewer.");
    expect(err).toContain('client_credentials');
  });

  it.each([[[]], [['person', 'viewer']]])('takes one name, not %j', async (names) => {
    expect((await keyturn(['token', 'login', ...names], { cwd })).code).toBe(2);
  });

  it('tells of itself', async () => {
    const { code, out } = await keyturn(['token', 'login', '--help'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('--no-browser');
  });
});
