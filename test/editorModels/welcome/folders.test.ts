import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathAdvice } from '../../../src/editor/welcome/launcher/advice.ts';
import {
  isOnPath,
  proposedFolders,
  shadowing,
  type Surroundings,
} from '../../../src/editor/welcome/launcher/folders.ts';

let home: string;
const on = (...folders: string[]): Surroundings => ({ platform: 'linux', home, path: folders.join(':') });

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'keyturn-home-')));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function folder(name: string, mode = 0o755): Promise<string> {
  const path = join(home, name);
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
  return path;
}

describe.runIf(process.platform !== 'win32')('folders for the command', () => {
  it('are those of the PATH that the person may write to', async () => {
    const tools = await folder('tools');
    const path = on('/usr/bin', '/sbin', '.', 'relative', `${tools}/`, tools, join(home, 'gone'));
    expect(await proposedFolders(path)).toEqual([
      { path: tools, onPath: true },
      { path: join(home, '.local/bin'), onPath: false },
    ]);
  });

  it('are neither those of packages and of the editor, nor those where all users may write', async () => {
    const path = on(
      await folder('project/node_modules/.bin'),
      await folder('server/bin/remote-cli'),
      await folder('open', 0o777),
    );
    expect(await proposedFolders(path)).toEqual([{ path: join(home, '.local/bin'), onPath: false }]);
  });

  it('name the usual one once, and in its place where it is on the PATH', async () => {
    const [tools, local] = [await folder('tools'), await folder('.local/bin')];
    expect(await proposedFolders(on(tools, local))).toEqual([
      { path: tools, onPath: true },
      { path: local, onPath: true },
    ]);
  });

  it('tell which other keyturn comes first', async () => {
    const [first, second] = [await folder('first'), await folder('second')];
    await writeFile(join(second, 'keyturn'), '');
    expect(await shadowing(second, ['keyturn'], on(first, second))).toBeNull();
    await writeFile(join(first, 'keyturn'), '');
    expect(await shadowing(second, ['keyturn'], on(first, second))).toBe(join(first, 'keyturn'));
  });
});

describe('the PATH', () => {
  it('is read as Windows reads it', () => {
    const path: Surroundings = {
      platform: 'win32',
      home: 'C:\\Users\\Ann',
      path: '"C:\\Tools\\";C:\\Windows',
    };
    expect(isOnPath('c:\\tools', path)).toBe(true);
    expect(isOnPath('C:\\Windows\\System32', path)).toBe(false);
  });

  it.each([
    ['linux', '/usr/bin/zsh', '~/.zshrc', 'export PATH="$HOME/.local/bin:$PATH"'],
    ['linux', '/bin/bash', '~/.bashrc', 'export PATH="$HOME/.local/bin:$PATH"'],
    ['darwin', '/bin/bash', '~/.bash_profile', 'export PATH="$HOME/.local/bin:$PATH"'],
    ['linux', '', '~/.profile', 'export PATH="$HOME/.local/bin:$PATH"'],
    ['linux', '/usr/bin/fish', null, "fish_add_path '/home/ann/.local/bin'"],
  ] as const)('is extended on %s in %s', (platform, shell, file, line) => {
    expect(pathAdvice('/home/ann/.local/bin', { platform, home: '/home/ann', shell })).toEqual({
      file,
      line,
    });
  });

  it('is extended by a folder with an odd name without running it', () => {
    const advice = pathAdvice('/opt/a"$(id)`', { platform: 'linux', home: '/home/ann', shell: '/bin/zsh' });
    expect(advice.line).toBe('export PATH="/opt/a\\"\\$(id)\\`:$PATH"');
    const windows = pathAdvice("C:\\O'Neil", { platform: 'win32', home: 'C:\\Users\\Ann', shell: '' });
    expect(windows.line).toContain("';C:\\O''Neil', 'User')");
  });
});
