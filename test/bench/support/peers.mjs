import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../peers/', import.meta.url));
const scripts = {
  httpyac: fileURLToPath(new URL('../peers/node_modules/httpyac/bin/httpyac.js', import.meta.url)),
  bruno: fileURLToPath(new URL('../peers/node_modules/@usebruno/cli/bin/bru.js', import.meta.url)),
};

/**
 * The scripts of the peers' commands, installed into this folder by npm when they are not there yet.
 * Null where they cannot be installed (no network): the benchmark then goes on without them.
 */
export function installPeers() {
  const complete = () => Object.values(scripts).every((script) => existsSync(script));
  if (complete()) return scripts;
  console.error('Installing the peers (httpyac, Bruno) into test/bench/peers, once.');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (complete()) return scripts;
  const why =
    (npm.error?.message ?? npm.stderr ?? '')
      .trim()
      .split('\n')
      .find((line) => line.includes('error')) ?? 'npm failed';
  console.error(`The peers could not be installed, so they are left out: ${why}`);
  return null;
}
