import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../../src/terminal/session/nodeFiles.ts';

let folder: string;

const read = (path: string) => nodeFiles.read(path, { from: null, trusted: true, maxBytes: 100 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-files-'));
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'sub', 'a.bin'), new Uint8Array([0, 255]));
});

afterAll(() => rm(folder, { recursive: true }));

describe('files of this machine', () => {
  test('are read as bytes', async () => {
    expect([...((await read(join(folder, 'sub', 'a.bin'))) ?? [])]).toEqual([0, 255]);
  });

  test('that do not exist are null, below a file too', async () => {
    expect(await read(join(folder, 'nope'))).toBeNull();
    expect(await read(join(folder, 'sub', 'a.bin', 'nope'))).toBeNull();
  });

  test('that cannot be read fail', async () => {
    await expect(read(folder)).rejects.toMatchObject({ code: 'file_unreadable' });
  });

  test('have relative and absolute references, with either slash', () => {
    const base = join(folder, 'a.http');
    expect(nodeFiles.resolve(base, './sub/a.bin')).toBe(join(folder, 'sub', 'a.bin'));
    expect(nodeFiles.resolve(base, 'sub\\a.bin')).toBe(join(folder, 'sub', 'a.bin'));
    expect(nodeFiles.resolve(base, '../x')).toBe(join(folder, '..', 'x'));
    expect(nodeFiles.resolve(base, join(folder, 'sub', '..', 'x'))).toBe(join(folder, 'x'));
  });

  test('have parents up to the root', () => {
    expect(nodeFiles.parent(join(folder, 'a'))).toBe(folder);
    let last = folder;
    for (let next: string | null = folder; next !== null; next = nodeFiles.parent(next)) last = next;
    expect(nodeFiles.parent(last)).toBeNull();
    expect(nodeFiles.join(folder, 'a')).toBe(join(folder, 'a'));
  });
});
