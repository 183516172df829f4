import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder, stateFolder } from '../../../src/terminal/session/stateFolder.ts';

it('is where each system keeps such things, unless the environment says otherwise', () => {
  const home = homedir();
  expect(stateFolder({}, 'linux')).toBe(join(home, '.local', 'state', 'keyturn'));
  expect(stateFolder({ XDG_STATE_HOME: '/state' }, 'linux')).toBe(join('/state', 'keyturn'));
  expect(stateFolder({ XDG_STATE_HOME: '' }, 'linux')).toBe(join(home, '.local', 'state', 'keyturn'));
  expect(stateFolder({ XDG_STATE_HOME: '/state' }, 'darwin')).toBe(
    join(home, 'Library', 'Application Support', 'keyturn'),
  );
  expect(stateFolder({ LOCALAPPDATA: '/local' }, 'win32')).toBe(join('/local', 'keyturn'));
  expect(stateFolder({}, 'win32')).toBe(join(home, 'AppData', 'Local', 'keyturn'));
  expect(cacheFolder({}, 'linux')).toBe(join(home, '.cache', 'keyturn'));
  expect(cacheFolder({ XDG_CACHE_HOME: '/cache' }, 'linux')).toBe(join('/cache', 'keyturn'));
  expect(cacheFolder({}, 'darwin')).toBe(join(home, 'Library', 'Caches', 'keyturn'));
  expect(cacheFolder({}, 'win32')).toBe(join(home, 'AppData', 'Local', 'keyturn', 'cache'));
});
