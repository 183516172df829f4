// Folders and executables that the launchers share.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** Downloads and scratch data; not under version control. */
export const cacheFolder = join(projectFolder, '.vscode-test');

/** code-server runs on Node 24: this process's own, or the one among the project's packages. */
export function findNode() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const require = createRequire(import.meta.url);
  const installed = join(dirname(require.resolve('node/package.json')), 'bin', 'node');
  for (const path of [installed, `${installed}.exe`]) if (existsSync(path)) return path;
  throw new Error('Node 24 is missing among the packages: run `npm ci`.');
}
