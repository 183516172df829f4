import { describe, expect, it } from 'vitest';
import { findProgram, safeEnvironment, startable } from '../../src/node/programs.ts';

// What Windows would do cannot be run here: these tests check what is handed to it.
const files = [
  'C:\\Tools\\gh.exe',
  'C:\\Program Files\\Azure\\az.cmd',
  'C:\\work\\gh.exe',
  'C:\\work\\bin\\print.exe',
];
const startOnWindows = (command: readonly string[]) =>
  startable(command, {
    cwd: 'C:\\work',
    env: { Path: '.;C:\\Tools;C:\\Program Files\\Azure', SYSTEMROOT: 'C:\\Windows' },
    platform: 'win32',
    exists: (path) => files.includes(path),
  });

describe('on Windows', () => {
  it('finds a program on PATH alone, not in the folder that it runs in', () => {
    expect(startOnWindows(['gh', 'auth', 'token'])).toEqual({
      program: 'C:\\Tools\\gh.exe',
      args: ['auth', 'token'],
      verbatim: false,
    });
  });

  it('takes a path as it is written', () => {
    expect(startOnWindows(['.\\bin\\print', 'a b'])).toMatchObject({ program: 'C:\\work\\bin\\print.exe' });
    expect(startOnWindows(['C:/Tools/gh.exe'])).toMatchObject({ program: 'C:\\Tools\\gh.exe' });
  });

  it('has the command processor read a batch file', () => {
    expect(
      startOnWindows(['az', 'account', 'get-access-token', '--scope=https://a.example/.default']),
    ).toEqual({
      program: 'C:\\Windows\\System32\\cmd.exe',
      args: [
        '/d',
        '/v:off',
        '/s',
        '/c',
        '""C:\\Program Files\\Azure\\az.cmd" account get-access-token --scope=https://a.example/.default"',
      ],
      verbatim: true,
    });
  });

  it.each(['a b', '%PATH%', '"x"', 'a&calc', 'a|b', '>x', '^', '!x!', 'a\nb', '(a)', '', 'a;b', 'ä'])(
    'gives no batch file the argument %j',
    (argument) => {
      expect(() => startOnWindows(['az', argument])).toThrow(
        expect.objectContaining({ code: 'command_refused' }),
      );
    },
  );

  it('says that a program is not there', () => {
    expect(() => startOnWindows(['op'])).toThrow(
      expect.objectContaining({ code: 'command_failed', message: 'The program "op" was not found.' }),
    );
  });
});

describe('elsewhere', () => {
  const there = ['/usr/bin/gh', '/opt/team/gh', '/opt/team/bin/gh'];
  const find = (name: string, path: string) =>
    findProgram(name, {
      cwd: '/opt/team',
      env: { PATH: path },
      platform: 'linux',
      exists: (file) => there.includes(file),
    });

  it('starts the program with its whole path, and its arguments as they are', () => {
    const env = { PATH: '/usr/bin' };
    const exists = (file: string) => there.includes(file);
    expect(startable(['gh', 'a b', '%PATH%'], { cwd: '/opt/team', env, platform: 'linux', exists })).toEqual({
      program: '/usr/bin/gh',
      args: ['a b', '%PATH%'],
      verbatim: false,
    });
  });

  it.each(['', '.', '../token/sources/', 'bin', './bin', '../work', 'node_modules/.bin', '~/bin', ' '])(
    'looks in no folder %j of PATH, which would be one of the workspace',
    (folder) => {
      expect(find('gh', `${folder}:/usr/bin:${folder}`)).toBe('/usr/bin/gh');
      expect(find('gh', folder)).toBeNull();
    },
  );

  it('takes a path as it is written, from the folder that it runs in', () => {
    expect(find('./gh', '/usr/bin')).toBe('/opt/team/gh');
    expect(find('bin/gh', '/usr/bin')).toBe('/opt/team/bin/gh');
    expect(find('/usr/bin/gh', '')).toBe('/usr/bin/gh');
    expect(find('', '/usr/bin')).toBeNull();
  });

  it('gives the program a PATH without such folders', () => {
    expect(safeEnvironment({ PATH: ':.:/usr/bin:bin:/bin:', A: 'b' }, 'linux')).toEqual({
      PATH: '/usr/bin:/bin',
      A: 'b',
    });
    expect(safeEnvironment({ Path: '.;C:\\Tools;;bin', A: 'b' }, 'win32')).toEqual({
      PATH: 'C:\\Tools',
      A: 'b',
      NoDefaultCurrentDirectoryInExePath: '1',
    });
  });
});
