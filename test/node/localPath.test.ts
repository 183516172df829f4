import { describe, expect, it } from 'vitest';
import { isInside, isRemotePath, isSameShare, isSystemPath } from '../../src/node/localPath.ts';

describe('a path of Windows', () => {
  it.each([
    '\\\\host\\share\\x',
    '//host/share/x',
    '\\/host/share/x',
    '/\\host\\share\\x',
    '\\\\host@SSL\\DavWWWRoot\\x',
    '\\\\host@8080\\share\\x',
    '\\\\?\\UNC\\host\\share\\x',
    '//?/UNC/host/share/x',
    '\\\\?\\C:\\x',
    '\\\\.\\pipe\\name',
    '//./pipe/name',
    '\\??\\UNC\\host\\share\\x',
    '\\\\127.0.0.1\\c$\\x',
  ])('leads away from this computer: %s', (path) => {
    expect(isRemotePath(path)).toBe(true);
  });

  it.each(['C:\\x', 'c:/x', 'x', '.\\x', '..\\x', 'sub\\\\x', '\\x', '/x', ''])('does not: %s', (path) => {
    expect(isRemotePath(path)).toBe(false);
  });

  it('may lie on the same share as the file that names it, and on no other', () => {
    expect(isSameShare('\\\\host\\share\\a', '//HOST/Share/b/c')).toBe(true);
    expect(isSameShare('\\\\host\\share\\a', '\\\\host\\other\\a')).toBe(false);
    expect(isSameShare('\\\\host\\share\\a', '\\\\other\\share\\a')).toBe(false);
    expect(isSameShare('\\\\host\\share\\..\\..\\other\\a', '\\\\host\\share\\a')).toBe(true);
    expect(isSameShare('\\\\?\\UNC\\host\\share\\a', '\\\\?\\UNC\\host\\share\\b')).toBe(false);
    expect(isSameShare('\\\\.\\pipe\\a', '\\\\.\\pipe\\b')).toBe(false);
    expect(isSameShare('C:\\a', 'C:\\b')).toBe(false);
  });

  it.each(['C:\\w\\NUL', 'C:\\w\\con.txt', 'C:\\w\\COM1\\x', 'lpt9:', 'aux .txt'])(
    'is a device: %s',
    (path) => {
      expect(isSystemPath(path, 'win32')).toBe(true);
    },
  );

  it.each(['C:\\w\\null', 'C:\\console.txt', 'C:\\dev\\x', 'C:\\w\\com10', 'C:\\w\\a.con'])(
    'is no device: %s',
    (path) => {
      expect(isSystemPath(path, 'win32')).toBe(false);
    },
  );
});

describe('a path of the system', () => {
  it.each(['/proc', '/proc/self/environ', '//proc/x', '/sys/x', '/dev/fd/0'])('is one: %s', (path) => {
    expect(isSystemPath(path, 'linux')).toBe(true);
  });

  it.each(['/process/x', '/home/dev/x', '/opt/sys', '/', '/Dev/x'])('is none: %s', (path) => {
    expect(isSystemPath(path, 'linux')).toBe(false);
  });

  it('is one in capitals on macOS', () => {
    expect(isSystemPath('/Dev/stdin', 'darwin')).toBe(true);
  });
});

describe('a folder', () => {
  it('holds itself and what is below, not what begins alike', () => {
    expect(isInside('/w', '/w', '/')).toBe(true);
    expect(isInside('/w', '/w/a/b', '/')).toBe(true);
    expect(isInside('/w', '/parent/a', '/')).toBe(false);
    expect(isInside('/', '/a', '/')).toBe(true);
    expect(isInside('/W', '/w/a', '/')).toBe(false);
    expect(isInside('c:\\w', 'C:\\W\\a', '\\')).toBe(true);
    expect(isInside('/w/a', '/w', '/')).toBe(false);
  });
});
