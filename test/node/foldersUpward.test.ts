import { chown, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isOwn } from '../../src/node/fileOwner.ts';
import { foldersUpward } from '../../src/node/foldersUpward.ts';

const isPosix = process.platform !== 'win32';
const NOBODY = 65534;

let folder = '';
let deep = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-upward-'));
  deep = join(folder, 'a', 'b', 'c');
  await mkdir(deep, { recursive: true });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const below = async (from: string, top: string | null = null) =>
  (await foldersUpward(from, top)).map((each) => each.slice(folder.length + 1));

it('goes up to the root, also from a folder that is not there yet', async () => {
  const all = await foldersUpward(join(deep, 'new'), null);
  expect(all.slice(0, 3)).toEqual([join(deep, 'new'), deep, dirname(deep)]);
  expect(dirname(all.at(-1)!)).toBe(all.at(-1));
});

it('ends at the workspace folder, however that is spelled', async () => {
  expect(await below(deep, join(folder, 'a'))).toEqual([join('a', 'b', 'c'), join('a', 'b'), 'a']);
  if (!isPosix) return;
  await symlink(join(folder, 'a'), join(folder, 'alias'));
  expect(await below(deep, join(folder, 'alias'))).toEqual(['a/b/c', 'a/b', 'a']);
});

it('ends at the root of a repository', async () => {
  await mkdir(join(folder, 'a', '.git'));
  expect(await below(deep)).toEqual([join('a', 'b', 'c'), join('a', 'b'), 'a']);
});

it.runIf(isPosix)('ends at the home folder', async () => {
  vi.stubEnv('HOME', join(folder, 'a', 'b'));
  expect(await below(deep)).toEqual(['a/b/c', 'a/b']);
});

// Only root can give folders to others; elsewhere the made-up owners below stand for them.
it.runIf(process.getuid?.() === 0)('ends at a folder of another user', async () => {
  await chown(join(folder, 'a'), NOBODY, NOBODY);
  expect(await below(deep)).toEqual(['a/b/c', 'a/b', 'a']);
});

it.runIf(process.getuid?.() === 0)('goes on to a workspace folder that belongs to that user', async () => {
  for (const each of ['a', 'a/b', 'a/b/c']) await chown(join(folder, each), NOBODY, NOBODY);
  expect(await below(deep, join(folder, 'a'))).toEqual(['a/b/c', 'a/b', 'a']);
  expect(await below(deep)).toEqual(['a/b/c']);
});

it.runIf(isPosix)("takes the person's and the system's files for their own, and no other", () => {
  const own = process.getuid?.() ?? 0;
  expect(isOwn({ uid: own }, '/w/a', {})).toBe(true);
  expect(isOwn({ uid: 0n }, '/w/a', {})).toBe(true);
  expect(isOwn({ uid: BigInt(own + 1) }, '/w/a', {})).toBe(false);
  expect(isOwn({ uid: own + 1 }, '/w/a', { SUDO_UID: String(own + 1) })).toBe(own === 0);
});

it.runIf(isPosix)('takes any owner in the folders that the person calls safe', () => {
  const uid = (process.getuid?.() ?? 0) + 1;
  const env = { KEYTURN_SAFE_FOLDERS: '/opt/one:/opt/two/:relative:' };
  expect(isOwn({ uid }, '/opt/one/a/keyturn.json', env)).toBe(true);
  expect(isOwn({ uid }, '/opt/two', env)).toBe(true);
  expect(isOwn({ uid }, '/opt/one-more/keyturn.json', env)).toBe(false);
  expect(isOwn({ uid }, join(process.cwd(), 'relative', 'a'), env)).toBe(false);
});
