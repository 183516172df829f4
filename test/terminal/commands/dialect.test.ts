import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyturn } from '../support.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-dialect-'));
  await mkdir(join(folder, '.git'));
  await mkdir(join(folder, 'api'));
  await writeFile(join(folder, 'api', 'a.http'), '### One\nGET https://a.org\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Listed {
  readonly dialect: string;
  readonly name: string | null;
}

async function listed(...args: string[]): Promise<Listed> {
  const { code, out } = await keyturn(['list', 'api/a.http', '--json', ...args], { cwd: folder });
  expect(code).toBe(0);
  const { dialect, requests } = JSON.parse(out) as { dialect: string; requests: { name: string | null }[] };
  return { dialect, name: requests[0]?.name ?? null };
}

describe('the dialect of a file on the command line', () => {
  it('is that of REST Client where nothing speaks', async () => {
    expect(await listed()).toEqual({ dialect: 'rest-client', name: null });
  });

  it('is given by --dialect, and by the files beside', async () => {
    expect(await listed('--dialect', 'kulala')).toEqual({ dialect: 'kulala', name: 'One' });
    await writeFile(join(folder, 'http-client.env.json'), '{}');
    expect(await listed()).toEqual({ dialect: 'jetbrains', name: 'One' });
    expect(await listed('--dialect', 'auto')).toEqual({ dialect: 'jetbrains', name: 'One' });
    expect(await listed('--dialect', 'rest-client')).toEqual({ dialect: 'rest-client', name: null });
    await writeFile(join(folder, 'api', '.httpyac.json'), '{}');
    expect((await listed()).dialect).toBe('httpyac');
  });

  it('follows settings of REST Client and the other files of the folder', async () => {
    await writeFile(join(folder, 'api', 'b.http'), 'GET https://a.org\n\n> {%\n%}\n');
    expect((await listed()).dialect).toBe('jetbrains');
    await mkdir(join(folder, '.vscode'));
    await writeFile(join(folder, '.vscode', 'settings.json'), '{ "rest-client.followredirect": false }');
    expect((await listed()).dialect).toBe('rest-client');
  });

  it('ends at the root of the repository', async () => {
    await rm(join(folder, '.git'), { recursive: true });
    await mkdir(join(folder, 'api', '.git'));
    await writeFile(join(folder, '.httpyac.json'), '{}');
    expect((await listed()).dialect).toBe('rest-client');
  });

  it('is checked, with a suggestion, and takes part in run', async () => {
    const wrong = await keyturn(['list', 'api/a.http', '--dialect', 'jetbrain'], { cwd: folder });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/There is no dialect "jetbrain"\.\s+Did you mean `--dialect jetbrains`\?/);
    await writeFile(join(folder, 'api', 'a.http'), '### One\nGET https://a.org\n?? x\n');
    const run = await keyturn(['run', 'api/a.http', '--dialect', 'nothing'], { cwd: folder });
    expect(run.code).toBe(2);
  });
});
