import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the command keeps what it has to remember on this computer; never a secret. `%LOCALAPPDATA%` on Windows,
 * `~/Library/Application Support` on macOS, elsewhere `$XDG_STATE_HOME` or `~/.local/state`.
 */
export function stateFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const home = homedir();
  const given = (name: string, fallback: string) => {
    const value = env[name] ?? '';
    return value === '' ? fallback : value;
  };
  switch (platform) {
    case 'win32':
      return join(given('LOCALAPPDATA', join(home, 'AppData', 'Local')), 'keyturn');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'keyturn');
    default:
      return join(given('XDG_STATE_HOME', join(home, '.local', 'state')), 'keyturn');
  }
}
