import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A gnome-keyring of its own on the session bus that `run.mjs` started. */
export class Keyring {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts with an open keyring, or with the one that was left, closed. */
  static async start(state: 'open' | 'locked'): Promise<Keyring> {
    const home = process.env['XDG_DATA_HOME'];
    if (home === undefined) throw new Error('Run these tests with test/keychain/run.mjs.');
    mkdirSync(join(home, 'keyrings'), { recursive: true });
    const args = ['--foreground', '--components=secrets', ...(state === 'open' ? ['--unlock'] : [])];
    const child = spawn('gnome-keyring-daemon', args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(state === 'open' ? 'password\n' : '');
    const keyring = new Keyring(child);
    await keyring.#ready();
    return keyring;
  }

  /** It answers nothing until it is resumed, as while a person looks at a password prompt. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.resume();
    this.#child.kill('SIGKILL');
    await gone;
  }

  static forget(): void {
    rmSync(join(process.env['XDG_DATA_HOME'] ?? '', 'keyrings'), { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    for (let i = 0; i < 100; i++) {
      const owner = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
      const call = [...owner, 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
      if (spawnSync('dbus-send', call, { encoding: 'utf8' }).stdout.includes('true')) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('gnome-keyring-daemon did not come up.');
  }
}
