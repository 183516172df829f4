import { spawnSync } from 'node:child_process';
import type { promises } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { privateFiles } from '../src/privateFiles.ts';

let folder = '';
/** What `stat` looks at instead, as if the file had been replaced since. */
let before: string | null = null;

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  return { ...real, stat: (path: string) => real.stat(before ?? path) };
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-files-'));
  await writeFile(join(folder, 'key.pem'), 'the key');
});
afterEach(async () => {
  before = null;
  await rm(folder, { recursive: true, force: true });
});

it('reads a file, and one behind a link', async () => {
  await symlink(join(folder, 'key.pem'), join(folder, 'link'));
  expect(await privateFiles.readText(join(folder, 'key.pem'), 100)).toBe('the key');
  expect(await privateFiles.readText(join(folder, 'link'), 100)).toBe('the key');
});

it('refuses what is missing, no file, or too long', async () => {
  await mkdir(join(folder, 'sub'));
  await expect(privateFiles.readText(join(folder, 'none'), 100)).rejects.toThrow('does not exist');
  await expect(privateFiles.readText(join(folder, 'sub'), 100)).rejects.toThrow('is not a file');
  await expect(privateFiles.readText(join(folder, 'key.pem'), 3)).rejects.toThrow('is larger');
});

it.skipIf(process.platform === 'win32')(
  'is not held up by a pipe that takes the place of the file after a look at it',
  { timeout: 5_000 },
  async () => {
    const pipe = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    await expect(privateFiles.readText(pipe, 100)).rejects.toThrow('is not a file');
    before = join(folder, 'key.pem');
    await expect(privateFiles.readText(pipe, 100)).rejects.toThrow('is not a file');
  },
);
