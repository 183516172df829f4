// Installs packages of Debian and Ubuntu where this process may.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const canInstall = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && onPath('apt-get') !== null;

/**
 * Fails with what apt-get said.
 * @param {string[]} packages
 */
export async function installPackages(packages) {
  console.log(`Installing ${packages.join(', ')} with apt-get.`);
  const apt = (args) =>
    promisify(execFile)('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
  await apt(['update', '-qq']);
  await apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/**
 * Path of a program; null when it is not installed.
 * @param {string} name
 * @returns {string | null}
 */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
