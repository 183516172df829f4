import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const entry = join(import.meta.dirname, '../../src/cli.ts');

/** A folder with the `keyturn` command of this source in it; removed at the end of the process. */
export function commandFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bin-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'keyturn');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`);
  chmodSync(path, 0o755);
  return folder;
}

/** Longer than a busy machine takes to start a shell or the command. */
const LONGEST_WAIT_MS = 40_000;

/** A program at a pseudo terminal of 100 columns. */
export class Terminal implements AsyncDisposable {
  readonly #child;
  readonly #ended: Promise<number>;
  #heard = '';
  #read = 0;

  /** `line` is run by sh. `bin` comes first in the PATH. */
  constructor(line: string, cwd: string, bin: string, env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn('script', ['-qefc', `stty cols 100; ${line}`, '/dev/null'], {
      cwd,
      env: {
        HOME: bin,
        TERM: 'xterm',
        LANG: 'C.UTF-8',
        SHELL: '/bin/sh',
        DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
        ...env,
        PATH: bin + delimiter + (process.env['PATH'] ?? ''),
      },
    });
    this.#child.stdout.on('data', (chunk: Buffer) => (this.#heard += chunk.toString('utf8')));
    this.#ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code ?? -1)));
  }

  /** All that the terminal was sent. */
  get heard(): string {
    return this.#heard;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Waits for new text behind what was waited for before. */
  async until(expected: RegExp): Promise<RegExpExecArray> {
    const end = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const found = expected.exec(this.#heard.slice(this.#read));
      if (found !== null) {
        this.#read += found.index + found[0].length;
        return found;
      }
      if (Date.now() > end) throw new Error(`No ${String(expected)} in ${JSON.stringify(this.#heard)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The exit code. */
  ended(): Promise<number> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
