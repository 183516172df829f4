// Runs the keychain tests in a session of their own: a session bus, and keyrings in a folder that is thrown away.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));
const needed = ['dbus-run-session', 'gnome-keyring-daemon'];
const packages = 'apt-get install -y libsecret-1-0 gnome-keyring dbus';

if (process.platform !== 'linux') {
  console.log('The keychain tests need a Linux system: here the keychain is the person’s own.');
} else if (!needed.every(found)) {
  console.log(`The keychain tests need ${needed.join(' and ')}: ${packages}`);
  // Where the tests are the gate, they must not go missing unnoticed.
  process.exitCode = process.env.CI ? 1 : 0;
} else {
  const home = mkdtempSync(join(tmpdir(), 'keyturn-keychain-'));
  const vitest = join(project, 'node_modules/vitest/vitest.mjs');
  const command = [process.execPath, vitest, 'run', '--config', 'test/keychain/vitest.config.ts'];
  const run = spawnSync('dbus-run-session', ['--', ...command], {
    cwd: project,
    stdio: 'inherit',
    // The bus starts a keyring by itself when there is none: it must not be the person's.
    env: {
      ...process.env,
      HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_RUNTIME_DIR: home,
      XDG_CACHE_HOME: home,
    },
  });
  rmSync(home, { recursive: true, force: true });
  process.exitCode = run.status ?? 1;
}

function found(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => spawnSync('test', ['-x', join(folder, program)]).status === 0);
}
