import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newTokenFiles } from '../../src/terminal/newTokenFiles.ts';
import { failureOf } from '../oauth/support.ts';
import { profileOf } from '../token/support.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'keyturn-new-token-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file for a new refresh token', () => {
  const profile = profileOf({ name: 'my-app' });

  it('is written whole, for the person alone, over the one before', async () => {
    const path = join(folder, 'token');
    await writeFile(path, 'the-old-one', { mode: 0o644 });
    const keep = newTokenFiles({ KEYTURN_NEW_TOKEN_FILE_MY_APP: path });
    expect(await keep(profile, 'the-new-one')).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('the-new-one');
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect(await readdir(folder)).toEqual(['token']);
  });

  it('is not written where nobody named one', async () => {
    const keep = newTokenFiles({ KEYTURN_NEW_TOKEN_FILE_OTHER: join(folder, 'token') });
    expect(await keep(profile, 'the-new-one')).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that cannot be written is named by its variable, without the token', async () => {
    const keep = newTokenFiles({ KEYTURN_NEW_TOKEN_FILE_MY_APP: join(folder, 'none', 'token') });
    const error = await failureOf(keep(profile, 'the-new-one'));
    expect(error).toMatchObject({ code: 'store_write_failed' });
    expect(error.message).toContain('KEYTURN_NEW_TOKEN_FILE_MY_APP');
    expect(error.message).not.toContain('the-new-one');
  });
});
