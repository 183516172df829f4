import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/audit/read.ts';
import { keyturn } from '../terminal/support.ts';
import { Keyring } from './daemon.ts';

const secret = 'pasted-secret-token-1';
const passphrase = 'correct horse battery staple';

let keyring: Keyring;
let cwd: string;

beforeEach(async () => {
  Keyring.forget();
  keyring = await Keyring.start('open');
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-transfer-'));
});
afterEach(async () => {
  await keyring.stop();
  await rm(cwd, { recursive: true, force: true });
});

function run(args: string[], stdin = '') {
  const { DBUS_SESSION_BUS_ADDRESS = '', HOME = '', XDG_RUNTIME_DIR = '' } = process.env;
  const env = { DBUS_SESSION_BUS_ADDRESS, HOME, XDG_RUNTIME_DIR, XDG_STATE_HOME: join(cwd, 'state') };
  return keyturn(['token', ...args], { cwd, env, stdin });
}

it('a token goes through a file to another keychain, and the audit log tells of it', async () => {
  expect((await run(['add', 'mine', '--origin', 'https://api.example.com'], secret)).code).toBe(0);
  const exported = await run(['export', 'mine.keyturn'], passphrase);
  expect(exported).toMatchObject({ code: 0, err: 'Exported to mine.keyturn: mine.\n' });
  // Before the question for a passphrase.
  expect((await run(['export', 'mine.keyturn'])).err).toContain('exists already');
  expect((await run(['export', '--profiles'])).out).toContain('"https://api.example.com"');
  expect((await run(['remove', 'mine'])).code).toBe(0);

  expect((await run(['import', 'mine.keyturn'], 'another passphrase')).err).toContain('passphrase is wrong');
  const listed = await run(['import', 'mine.keyturn', '--list'], passphrase);
  expect(listed.err).toContain('mine: new, allowed origins https://api.example.com');
  expect((await run(['list', '--json'])).out).toBe('[]\n');
  expect(await run(['import', 'mine.keyturn'], passphrase)).toMatchObject({
    code: 0,
    err: expect.stringContaining('Imported: mine.') as string,
  });
  expect((await run(['import', 'mine.keyturn'], passphrase)).err).toMatch(
    /already in the keychain[^]*Nothing was imported/,
  );
  expect(JSON.parse((await run(['list', '--json'])).out)).toMatchObject([{ name: 'mine' }]);

  // What is held now is another one: it stays until it is said that it shall not.
  expect(
    (await run(['add', 'mine', '--origin', 'https://api.example.com'], 'newer-secret-token-2')).code,
  ).toBe(0);
  expect((await run(['import', 'mine.keyturn'], passphrase)).err).toContain('--replace');
  expect((await run(['import', 'mine.keyturn', '--replace'], passphrase)).err).toContain(
    'replaces the stored token',
  );

  const entries = JSON.parse((await run(['audit', '--json'])).out) as AuditEntry[];
  expect(entries.map(({ action, cause }) => `${action} by ${cause}`)).toEqual([
    'added by keyturn token add',
    'exported by keyturn token export',
    'deleted by keyturn token remove',
    'added by keyturn token import',
    'added by keyturn token add',
    'added by keyturn token import',
  ]);
  const fingerprints = entries.map(({ fingerprint }) => fingerprint);
  expect(fingerprints[0]).toMatch(/^[\w-]{16}$/);
  expect(new Set([0, 1, 2, 3, 5].map((index) => fingerprints[index])).size).toBe(1);
  expect(fingerprints[4]).not.toBe(fingerprints[0]);
  expect((await run(['audit', '--verify'])).code).toBe(0);
  for (const file of await readdir(cwd, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain('secret-token');
  }
}, 60_000);
