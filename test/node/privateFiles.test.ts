import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateFiles } from '../../src/node/privateFiles.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-files-'));
  await writeFile(join(folder, 'key.pem'), 'the key');
});
afterEach(async () => {
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
  await expect(privateFiles.readText(join(folder, 'sub'), 100)).rejects.toThrow('is a folder');
  await expect(privateFiles.readText(join(folder, 'key.pem'), 3)).rejects.toThrow('is longer');
});
