// Finds a Chromium or Chrome, or installs Debian's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canInstall, installPackages, onPath } from './apt.mjs';

const whatToDo =
  'No Chromium or Chrome was found: install one, or set CHROME_PATH to the path of its executable, and try again.';

/** Switches for a browser that shows only this machine's pages and calls no server. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Path of the executable; installs the package `chromium` on Debian and Ubuntu when this process may.
 * @returns {Promise<string>}
 */
export async function ensureChromium() {
  const given = process.env.CHROME_PATH;
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`CHROME_PATH names ${given}, which does not exist.`);
  }
  const found = findChromium();
  if (found) return found;
  if (canInstall()) {
    await installPackages(['chromium', 'fonts-dejavu-core']).catch((cause) => {
      throw new Error(`Chromium could not be installed with apt-get. ${whatToDo}`, { cause });
    });
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(whatToDo);
}

/** @returns {string | null} */
export function findChromium() {
  const candidates = {
    darwin: () =>
      ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) => [
        `/Applications/${name}.app/Contents/MacOS/${name}`,
        join(process.env.HOME ?? '', `Applications/${name}.app/Contents/MacOS/${name}`),
      ]),
    win32: () =>
      ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
        .map((name) => process.env[name])
        .filter((folder) => folder !== undefined)
        .flatMap((folder) => [
          join(folder, 'Google\\Chrome\\Application\\chrome.exe'),
          join(folder, 'Chromium\\Application\\chrome.exe'),
          join(folder, 'Microsoft\\Edge\\Application\\msedge.exe'),
        ]),
  }[process.platform];
  if (candidates) return candidates().find((path) => existsSync(path)) ?? null;
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
  for (const name of names) {
    const path = onPath(name);
    if (path) return path;
  }
  return null;
}
