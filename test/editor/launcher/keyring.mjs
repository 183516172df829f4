// A keychain of its own for a suite: a session bus and a gnome-keyring, in a folder that is thrown away.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * An open keyring, and the environment in which programs find it; null where it cannot be started. Elsewhere than on
 * Linux the keychain is the person's own, which tests leave alone.
 * @returns {Promise<{ env: Record<string, string>, stop: () => Promise<void> } | null>}
 */
export async function startKeyring() {
  if (process.platform !== 'linux') return null;
  const home = await mkdtemp(join(tmpdir(), 'keyturn-keyring-'));
  const children = [];
  const stop = async () => {
    for (const child of children) child.kill();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  const own = {
    ...process.env,
    HOME: home,
    XDG_DATA_HOME: home,
    XDG_CACHE_HOME: home,
    XDG_RUNTIME_DIR: home,
  };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    env: own,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(bus);
  const address = await firstLine(bus);
  if (address === null) {
    await stop();
    return null;
  }
  const env = { DBUS_SESSION_BUS_ADDRESS: address };
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', '--unlock'], {
    env: { ...own, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keyring.once('error', () => undefined); // It is not installed: then it never comes up.
  keyring.stdin.on('error', () => undefined);
  keyring.stdin.end('password\n');
  children.push(keyring);
  if (!(await comesUp({ ...own, ...env }))) {
    await stop();
    return null;
  }
  return { env, stop };
}

/** Whether a service answers for the secrets of this session within a few seconds. */
async function comesUp(env) {
  const bus = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
  const question = [...bus, 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
  for (let times = 0; times < 100; times++) {
    const { stdout, error } = spawnSync('dbus-send', question, { env, encoding: 'utf8' });
    if (error !== undefined) return false;
    if (stdout.includes('true')) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** The first line that a program prints; null when it ends without one. */
function firstLine(child) {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    const lines = createInterface({ input: child.stdout });
    lines.once('line', resolve);
    lines.once('close', () => resolve(null));
  });
}
