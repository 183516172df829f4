import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyValueStore } from '../../../src/base/keyValue.ts';
import { occupantOf, writeLauncher } from '../../../src/editor/welcome/launcher/file.ts';
import { rememberLauncher, updateLaunchers } from '../../../src/editor/welcome/launcher/known.ts';
import {
  isLauncher,
  launcherName,
  launcherText,
  type LauncherPlace,
  type LauncherTarget,
} from '../../../src/editor/welcome/launcher/text.ts';
import { targetKey, targetText } from '../../../src/editor/welcome/target.ts';

const here: LauncherPlace = { platform: process.platform, home: homedir() };
const posix = process.platform !== 'win32';

let folder: string;
let target: LauncherTarget;
let file: string;

beforeEach(async () => {
  // A path as a person may have one.
  folder = await mkdtemp(join(tmpdir(), "keyturn-o'neil $HOME "));
  target = { extension: join(folder, 'keyturn.keyturn-0.1.0'), runtime: process.execPath };
  file = join(folder, 'bin', launcherName(process.platform));
  await installVersion('0.1.0');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An extension whose command says what it is and what it was given. */
async function installVersion(version: string): Promise<void> {
  const cli = join(folder, `keyturn.keyturn-${version}`, 'dist/cli');
  await mkdir(cli, { recursive: true });
  await writeFile(
    join(cli, 'cli.js'),
    `console.log(JSON.stringify([${JSON.stringify(version)}, ...process.argv.slice(2)])); process.exitCode = 3;`,
  );
}

function start(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', shell: !posix });
  return { status, said: stdout === '' ? null : (JSON.parse(stdout) as unknown), stderr };
}

function memory(): KeyValueStore & { readonly values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  return {
    values,
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => Promise.resolve(void values.set(key, value)),
    keys: () => Promise.resolve([...values.keys()]),
  };
}

describe('the launcher', () => {
  it('starts the command with the arguments as they are, and ends as it ends', async () => {
    await writeLauncher(file, launcherText(target, here));
    expect(start('run', 'a b', "it's", '$HOME', '*')).toMatchObject({
      status: 3,
      said: ['0.1.0', 'run', 'a b', "it's", '$HOME', '*'],
    });
    if (posix) expect((await stat(file)).mode & 0o777).toBe(0o755);
  });

  it('finds the extension after an update', async () => {
    await writeLauncher(file, launcherText(target, here));
    await rm(target.extension, { recursive: true });
    await installVersion('0.2.0');
    expect(start().said).toEqual(['0.2.0']);
  });

  it('takes the node on the PATH where the editor is gone', async () => {
    await writeLauncher(file, launcherText({ ...target, runtime: '/gone/code' }, here));
    expect(start().said).toEqual(['0.1.0']);
  });

  it('says what to do where the extension is gone', async () => {
    await writeLauncher(file, launcherText(target, here));
    await rm(target.extension, { recursive: true });
    const { status, stderr } = start();
    expect(status).toBe(127);
    expect(stderr).toContain('The Keyturn extension is not installed any more.');
    expect(stderr).toContain(file);
  });

  it('is a batch file on Windows', () => {
    const text = launcherText(
      { extension: 'C:\\Users\\50%\\keyturn.keyturn-0.1.0', runtime: 'C:\\Program Files (x86)\\Code.exe' },
      { platform: 'win32', home: 'C:\\Users\\50%' },
    );
    expect(launcherName('win32')).toBe('keyturn.cmd');
    expect(isLauncher(text)).toBe(true);
    expect(text.split('\r\n')).toEqual(
      expect.arrayContaining([
        'set "runtime=C:\\Program Files (x86)\\Code.exe"',
        'set "command=C:\\Users\\50%%\\keyturn.keyturn-0.1.0\\dist\\cli\\cli.js"',
        '"%runtime%" "%command%" %*',
      ]),
    );
  });

  it('names no letters beyond ASCII in a batch file where the home folder has them', () => {
    const text = launcherText(
      {
        // The editor gives the drive in lower case.
        extension: 'c:\\Users\\Jürgen\\.code\\100%\\keyturn.keyturn-0.1.0',
        runtime: 'C:\\Users\\Jürgen\\AppData\\Local\\Programs\\Code.exe',
      },
      { platform: 'win32', home: 'C:\\Users\\Jürgen' },
    );
    expect(text).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(text).toContain('set "runtime=%USERPROFILE%\\AppData\\Local\\Programs\\Code.exe"');
    const extension = '%USERPROFILE%\\.code\\100%%\\keyturn.keyturn-';
    expect(text).toContain(`set "command=${extension}0.1.0\\dist\\cli\\cli.js"`);
    expect(text).toContain(`for /d %%d in ("${extension}*")`);
  });

  it('names a folder whose name begins as that of the home folder as it is', () => {
    const runtime = 'C:\\Users\\Jürgens Programme\\Code.exe';
    const text = launcherText(
      { extension: 'C:\\keyturn', runtime },
      { platform: 'win32', home: 'C:\\Users\\Jürgen' },
    );
    expect(text).toContain(`set "runtime=${runtime}"`);
  });
});

describe('the place of a launcher', () => {
  it('is told from a file of another program', async () => {
    expect(await occupantOf(file)).toBe('nothing');
    await writeLauncher(file, launcherText(target, here));
    expect(await occupantOf(file)).toBe('launcher');
    await writeFile(file, '#!/bin/sh\necho other\n');
    expect(await occupantOf(file)).toBe('other');
    await rm(file);
    await mkdir(file);
    expect(await occupantOf(file)).toBe('other');
  });

  it.runIf(posix)('may be a link, which is replaced and not followed', async () => {
    const linked = join(folder, 'cli.js');
    await writeFile(linked, 'of npm link');
    await mkdir(join(folder, 'bin'));
    await symlink(linked, file);
    expect(await occupantOf(file)).toBe('other');
    await writeLauncher(file, launcherText(target, here));
    expect(await readFile(linked, 'utf8')).toBe('of npm link');
    expect(start().said).toEqual(['0.1.0']);
  });

  it('is refused with advice where it cannot be written', async () => {
    await writeFile(join(folder, 'bin'), 'a file in the place of the folder');
    await expect(writeLauncher(file, 'text')).rejects.toMatchObject({
      message: `Couldn't write ${file}.`,
      hint: 'Choose a folder that you may write to.',
    });
  });
});

describe('launchers after an update', () => {
  const updated = (): LauncherTarget => ({ ...target, extension: join(folder, 'keyturn.keyturn-0.2.0') });

  it('start the new version', async () => {
    const values = memory();
    await writeLauncher(file, launcherText(target, here));
    await rememberLauncher(values, file, target);
    expect(values.values.get(targetKey)).toBe(targetText(target));
    await updateLaunchers(values, updated(), here);
    expect(await readFile(file, 'utf8')).toBe(launcherText(updated(), here));
    expect(values.values.get(targetKey)).toBe(targetText(updated()));
  });

  it('are left alone where another editor, or the person, made them anew', async () => {
    const values = memory();
    const other = launcherText({ ...target, runtime: '/opt/other-editor' }, here);
    await writeLauncher(file, other);
    await rememberLauncher(values, file, target);
    await updateLaunchers(values, updated(), here);
    expect(await readFile(file, 'utf8')).toBe(other);
    expect(values.values.get(targetKey)).toBeUndefined();
  });

  it('are not made again where the person deleted them', async () => {
    const values = memory();
    await rememberLauncher(values, file, target);
    await updateLaunchers(values, updated(), here);
    expect(await occupantOf(file)).toBe('nothing');
  });

  it('stay known where another window has written them already, or a remote one keeps them', async () => {
    const values = memory();
    const elsewhere = join(folder, 'elsewhere', launcherName(process.platform));
    await rememberLauncher(values, elsewhere, target);
    await rememberLauncher(values, file, target);
    await writeLauncher(file, launcherText(updated(), here));
    await updateLaunchers(values, updated(), here);
    await writeLauncher(elsewhere, launcherText(target, here));
    await updateLaunchers(values, target, here);
    expect(await readFile(file, 'utf8')).toBe(launcherText(target, here));
    await updateLaunchers(values, updated(), here);
    expect(await readFile(elsewhere, 'utf8')).toBe(launcherText(updated(), here));
  });

  it('are all written though one cannot be, and that is said once', async () => {
    const values = memory();
    // A longer name, as the new file has before it takes the place of the old one, is too long for the disk.
    const blocked = join(folder, 'k'.repeat(250));
    await writeFile(blocked, launcherText(target, here));
    await writeLauncher(file, launcherText(target, here));
    await rememberLauncher(values, blocked, target);
    await rememberLauncher(values, file, target);
    await expect(updateLaunchers(values, updated(), here)).rejects.toThrow();
    expect(await readFile(file, 'utf8')).toBe(launcherText(updated(), here));
    expect(values.values.get(targetKey)).toBe(targetText(updated()));
  });
});
