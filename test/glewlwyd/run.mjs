// Runs every grant that Glewlwyd offers against it: an authorization server that others wrote.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onPath } from '../editor/launcher/apt.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));

if (onPath('glewlwyd') === null) {
  console.log('These tests need the authorization server Glewlwyd: apt-get install -y glewlwyd');
  // Where the tests are the gate, they must not go missing unnoticed.
  process.exitCode = process.env.CI && process.platform === 'linux' ? 1 : 0;
} else {
  const vitest = join(project, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'test/glewlwyd/vitest.config.ts'];
  const run = spawnSync(process.execPath, args, { cwd: project, stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
}
