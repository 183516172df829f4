// Runs the scenarios of MCP's client authorization against Sign In to This API. Their package has its own node_modules.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const project = join(here, '../..');

if (!isInstalled()) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const install = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    console.error('The scenarios could not be installed: npm ci failed in test/conformance.');
    process.exit(1);
  }
}
const vitest = [
  join(project, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--config',
  'test/conformance/vitest.config.ts',
];
process.exitCode = spawnSync(process.execPath, vitest, { cwd: project, stdio: 'inherit' }).status ?? 1;

/** npm notes what it installed; a lock file that is newer wants it done again. */
function isInstalled() {
  const done = join(here, 'node_modules/.package-lock.json');
  const lock = join(here, 'package-lock.json');
  return (
    existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs && readFileSync(done).length > 0
  );
}
