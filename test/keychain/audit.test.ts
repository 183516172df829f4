import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-audit-'));
  const legacy = { grant: 'static', origins: [sandbox.api] };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { legacy } }));
  await writeFile(join(cwd, 'a.http'), `# @token legacy\nGET ${sandbox.api}/reports\n`);
});

afterAll(async () => {
  await sandbox.close();
  await keyring.stop();
  await rm(cwd, { recursive: true, force: true });
});

const run = (args: string[], stdin?: string) =>
  keyturn(args, {
    cwd,
    env: {
      DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '',
      XDG_STATE_HOME: join(cwd, 'state'),
    },
    ...(stdin === undefined ? {} : { stdin }),
  });

describe("the command's audit log beside a keychain", () => {
  it('is sealed, and shows that it was cut and deleted', async () => {
    await run(['token', 'add', 'legacy'], 'a-token-0123456789');
    await run(['run', 'a.http']);
    await run(['run', 'a.http']);
    const sealed = await run(['token', 'audit', '--verify', '--json']);
    expect([sealed.code, JSON.parse(sealed.out)]).toMatchObject([
      0,
      { state: 'whole', proof: 'sealed', unproven: 0, lines: 3 },
    ]);

    const folder = join(cwd, 'state', 'keyturn', 'audit');
    const chain = JSON.parse(await readFile(join(folder, 'chain.json'), 'utf8')) as {
      head: { lines: number };
    };
    await writeFile(
      join(folder, 'chain.json'),
      JSON.stringify({ ...chain, mac: null, head: { ...chain.head, lines: 2 } }),
    );
    expect((await run(['token', 'audit', '--verify'])).code).toBe(1);

    await rm(folder, { recursive: true });
    const gone = await run(['token', 'audit', '--verify']);
    expect(gone.code).toBe(1);
    expect(gone.out).toContain('The audit log was deleted. It held 3 lines');
    await run(['run', 'a.http']);
    const after = await run(['token', 'audit', '--verify', '--json']);
    expect([after.code, JSON.parse(after.out)]).toMatchObject([1, { state: 'deleted', lines: 2 }]);
  });
});
