import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compileCacheFolder } from '../../src/terminal/compileCache.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-cache-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const cacheAt = (XDG_CACHE_HOME: string, more: NodeJS.ProcessEnv = {}) =>
  compileCacheFolder({ XDG_CACHE_HOME, ...more });

describe.skipIf(process.platform !== 'linux')('the folder for compiled code', () => {
  it("is made for this user alone, below the system's sticky folder for temporary files", async () => {
    const cache = await ownFolder();
    const folder = cacheAt(cache);
    expect(folder).toBe(join(cache, 'keyturn', 'code'));
    expect((await stat(folder!)).mode & 0o777).toBe(0o700);
    expect(cacheAt(cache)).toBe(folder);
  });

  it('is made so under any umask', async () => {
    const cache = await ownFolder();
    const module = join(import.meta.dirname, '../../src/terminal/compileCache.ts');
    const script = `process.umask(0); const { compileCacheFolder } = await import(${JSON.stringify(module)}); console.log(compileCacheFolder({ XDG_CACHE_HOME: ${JSON.stringify(cache)} }));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe(join(cache, 'keyturn', 'code'));
    for (const part of ['keyturn', 'keyturn/code']) {
      expect((await stat(join(cache, part))).mode & 0o777).toBe(0o700);
    }
  });

  it('is not used in CI, and nothing is made there', async () => {
    const cache = await ownFolder();
    expect(cacheAt(cache, { CI: 'true' })).toBeNull();
    await expect(stat(join(cache, 'keyturn'))).rejects.toThrow('ENOENT');
  });

  it.each([0o777, 0o775, 0o1777])('is not used where others can write to it: %o', async (mode) => {
    const cache = await ownFolder();
    const folder = cacheAt(cache)!;
    await chmod(folder, mode);
    expect(cacheAt(cache)).toBeNull();
  });

  it.each(['keyturn', '.'])('is not used where others can replace it: %s', async (part) => {
    const cache = await ownFolder();
    cacheAt(cache);
    await chmod(join(cache, part), 0o777);
    expect(cacheAt(cache)).toBeNull();
  });

  it.skipIf(!isRoot)('is not used where it or a folder above belongs to another user', async () => {
    for (const part of ['', 'keyturn', 'keyturn/code']) {
      const cache = await ownFolder();
      cacheAt(cache);
      await chown(join(cache, part), 65534, 65534);
      expect([part, cacheAt(cache)]).toEqual([part, null]);
    }
  });

  it('looks at where a link leads', async () => {
    const [cache, elsewhere] = [await ownFolder(), await ownFolder()];
    await mkdir(join(cache, 'keyturn'), { mode: 0o700 });
    await mkdir(join(elsewhere, 'shared'));
    await chmod(join(elsewhere, 'shared'), 0o777);
    await symlink(join(elsewhere, 'shared'), join(cache, 'keyturn', 'code'));
    expect(cacheAt(cache)).toBeNull();
  });

  it('is not used where it cannot be made', async () => {
    const cache = await ownFolder();
    await writeFile(join(cache, 'keyturn'), 'a file stands in the way');
    expect(cacheAt(cache)).toBeNull();
    expect(cacheAt('/proc/nowhere')).toBeNull();
  });
});
