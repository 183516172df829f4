import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandboxServers, type SandboxServers } from '../oauth/sandboxServers.ts';
import { keyturn } from '../terminal/support.ts';
import { Keyring } from './daemon.ts';

let keyring: Keyring;
let sandbox: SandboxServers;
let cwd: string;

beforeAll(async () => {
  Keyring.forget();
  keyring = await Keyring.start('open');
  sandbox = await startSandboxServers();
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-revoke-'));
  const client = {
    grant: 'client_credentials',
    issuer: sandbox.issuer,
    clientId: 'editor',
    scope: 'reports:read reports:write',
    resource: `${sandbox.api}/opaque`,
    origins: [sandbox.api],
  };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { parent: client } }));
  const requests = ['', '# @scope reports:read\n', '# @scope reports:write\n'].map(
    (scope) => `# @token parent\n${scope}GET ${sandbox.api}/reports\n`,
  );
  await writeFile(join(cwd, 'requests.http'), requests.join('\n###\n'));
});

afterAll(async () => {
  await sandbox.close();
  await keyring.stop();
  await rm(cwd, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  keyturn(args, {
    cwd,
    env: {
      DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '',
      KEYTURN_CLIENT_SECRET_PARENT: 'editor-secret',
    },
  });
const used = () => run('run', 'requests.http');
const downScoped = ['reports:read', 'reports:write'].map((scope) => ({
  kind: 'access_token',
  outcome: 'ended',
  text: 'The access token was revoked: the server says that it is not active.',
  error: null,
  scope,
}));

describe('tokens with less scope', () => {
  it('are revoked with the parent token, and told', async () => {
    await used();
    const { code, out } = await run('token', 'revoke', 'parent', '--json');
    expect(JSON.parse(out)).toEqual({
      name: 'parent',
      forgotten: true,
      results: [{ kind: 'access_token', outcome: 'ended', text: downScoped[0]?.text, error: null }],
      downScoped: expect.arrayContaining(downScoped) as unknown,
      error: null,
    });
    expect(code).toBe(0);
    expect((await run('token', 'revoke', 'parent')).err).toMatch(/No token is \w+ for/);
  });

  it('are revoked with all of an issuer, also without the parent token', async () => {
    await run('run', 'requests.http', '--line', '6');
    const { code, err } = await run('token', 'revoke', '--issuer', sandbox.issuer);
    expect(err).toContain('(reports:read) The access token was revoked');
    expect(err).toContain('1 of 1 down-scoped tokens revoked.');
    expect(code).toBe(0);
    expect((await run('token', 'revoke', '--issuer', sandbox.issuer)).code).toBe(1);
  });

  it('are rotated with the parent token', async () => {
    await used();
    const { code, out } = await run('token', 'rotate', 'parent', '--json');
    expect(JSON.parse(out)).toMatchObject({
      revoked: [{ outcome: 'ended' }],
      downScoped: expect.arrayContaining(downScoped) as unknown,
      left: null,
    });
    expect(code).toBe(0);
    expect((await used()).code).toBe(0);
  });
});
