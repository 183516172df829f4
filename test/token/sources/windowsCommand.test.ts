import { describe, expect, it } from 'vitest';
import { startable } from '../../../src/token/sources/windowsCommand.ts';

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

it('elsewhere starts the command as it is', () => {
  const command = ['gh', 'a b', '%PATH%'];
  expect(startable(command, { cwd: '/', env: {}, platform: 'linux' })).toEqual({
    program: 'gh',
    args: ['a b', '%PATH%'],
    verbatim: false,
  });
});
