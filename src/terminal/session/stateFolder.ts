import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the command keeps what it has to remember on this computer; never a secret. `%LOCALAPPDATA%` on Windows,
 * `~/Library/Application Support` on macOS, elsewhere `$XDG_STATE_HOME` or `~/.local/state`.
 */
export function stateFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  switch (platform) {
    case 'win32':
      return join(localData(env), 'keyturn');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'keyturn');
    default:
      return join(given(env, 'XDG_STATE_HOME', join(homedir(), '.local', 'state')), 'keyturn');
  }
}

/**
 * Where the command keeps what it can make again: in the person's own folder, since others could write to the system's
 * temporary one. `%LOCALAPPDATA%` on Windows, `~/Library/Caches` on macOS, elsewhere `$XDG_CACHE_HOME` or `~/.cache`.
 */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  switch (platform) {
    case 'win32':
      return join(localData(env), 'keyturn', 'cache');
    case 'darwin':
      return join(homedir(), 'Library', 'Caches', 'keyturn');
    default:
      return join(given(env, 'XDG_CACHE_HOME', join(homedir(), '.cache')), 'keyturn');
  }
}

function localData(env: NodeJS.ProcessEnv): string {
  return given(env, 'LOCALAPPDATA', join(homedir(), 'AppData', 'Local'));
}

function given(env: NodeJS.ProcessEnv, name: string, fallback: string): string {
  const value = env[name] ?? '';
  return value === '' ? fallback : value;
}
