// Finds a desktop editor: for tests a downloaded build of its own, to click in the installed one.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { onPath } from './apt.mjs';
import { cacheFolder } from './places.mjs';

const releases = 'https://update.code.visualstudio.com/api/releases/stable';

/** Oldest version that the extension runs in: `engines.vscode` of package.json. */
const oldest = [1, 110];

/**
 * Executable of a downloaded desktop build; null where there is no screen for it or no way to the download.
 * @returns {Promise<string | null>}
 */
export async function downloadDesktopEditor() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return null;
  const reachable = await fetch(releases, { signal: AbortSignal.timeout(3_000) }).then(
    (response) => response.ok,
    () => false,
  );
  return reachable ? downloadAndUnzipVSCode({ version: 'stable', cachePath: cacheFolder }) : null;
}

/**
 * Command line of an installed editor that is new enough, else null.
 * @returns {Promise<string | null>}
 */
export async function findInstalledEditor() {
  const names = process.platform === 'win32' ? ['code.cmd', 'code-insiders.cmd'] : ['code', 'code-insiders'];
  for (const name of names) {
    const path = onPath(name);
    if (!path) continue;
    const version = await promisify(execFile)(path, ['--version'], {
      timeout: 10_000,
      shell: process.platform === 'win32',
    }).then(
      ({ stdout }) => stdout,
      () => '',
    );
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return path;
  }
  return null;
}
