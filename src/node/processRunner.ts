import { spawn, type ChildProcess } from 'node:child_process';
import { KeyturnError } from '../base/errors.ts';
import { withoutSecretVariables } from '../base/secretVariables.ts';
import type { ProcessRunner } from '../sources/processRunner.ts';
import { commandFiles } from './commandFiles.ts';
import { findProgram, programNotFound, safeEnvironment, startable } from './programs.ts';

/** After a polite request to end. */
const KILL_AFTER_MS = 1000;
/** What it left behind in the background may hold its output open. */
const LAST_OUTPUT_MS = 500;

/**
 * Programs of this computer: without a shell, without input, without a terminal to ask at, and without the secrets
 * that stand in Keyturn's own variables of `env`. Each is the first of a process group of its own, so that its end
 * is the end of what it started too.
 */
export function createProcessRunner(env: Readonly<Record<string, string | undefined>>): ProcessRunner {
  const { platform } = process;
  const childEnv = safeEnvironment(withoutSecretVariables(env), platform);
  return {
    async find(command, cwd) {
      const [name = ''] = command;
      const program = findProgram(name, { cwd, env, platform });
      if (program === null) throw programNotFound(name);
      return { program, files: await commandFiles(command, program, cwd) };
    },
    async run(command, { cwd, maxBytes, timeoutMs, signal }) {
      if (signal.aborted) throw cancelled();
      const { program, args, verbatim } = startable(command, { cwd, env, platform });
      const child = spawn(program, args, {
        cwd,
        env: childEnv,
        shell: false,
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
        windowsVerbatimArguments: verbatim,
        detached: process.platform !== 'win32',
      });
      const stdout = new Kept(maxBytes);
      const stderr = new Kept(maxBytes);
      const ended = endOf(child, command[0] ?? '');
      const refusals: KeyturnError[] = [];
      let impatient: NodeJS.Timeout | undefined;
      const stop = (error: KeyturnError) => {
        if (refusals.push(error) > 1) return;
        endGroup(child, 'SIGTERM');
        impatient = setTimeout(() => endGroup(child, 'SIGKILL'), KILL_AFTER_MS);
      };
      child.stdout.on('data', (chunk: Buffer) => {
        if (!stdout.take(chunk)) stop(failed(command, 'printed too much', LONG_HINT));
      });
      child.stderr.on('data', (chunk: Buffer) => stderr.take(chunk));
      const timer = setTimeout(
        () => stop(failed(command, `did not end within ${Math.ceil(timeoutMs / 1000)} s`, SLOW_HINT)),
        timeoutMs,
      );
      const cancel = () => stop(cancelled());
      signal.addEventListener('abort', cancel, { once: true });
      try {
        const exitCode = await ended;
        const [refusal] = refusals;
        if (refusal !== undefined) {
          // The program itself went when it was asked to; what it started may not have.
          endGroup(child, 'SIGKILL');
          throw refusal;
        }
        return { exitCode, stdout: stdout.bytes(), stderr: stderr.bytes() };
      } finally {
        clearTimeout(timer);
        clearTimeout(impatient);
        signal.removeEventListener('abort', cancel);
        child.stdout.destroy();
        child.stderr.destroy();
      }
    },
  };
}

const LONG_HINT = 'Name a command that prints only the token, or JSON that contains it.';
const SLOW_HINT = 'The program cannot ask you anything: sign in with it in a terminal first.';

/** The first bytes of a stream. */
class Kept {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when there was more than is kept. */
  take(chunk: Buffer): boolean {
    const room = this.#maxBytes - this.#length;
    if (room > 0) this.#chunks.push(chunk.subarray(0, room));
    this.#length = Math.min(this.#maxBytes, this.#length + chunk.length);
    return chunk.length <= room;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** The exit code, once everything that the program printed has come. */
function endOf(child: ChildProcess, program: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    let late: NodeJS.Timeout | undefined;
    child.once('error', (error) => reject(notStarted(program, error)));
    child.once('exit', (code) => {
      late = setTimeout(() => resolve(code), LAST_OUTPUT_MS);
    });
    child.once('close', (code) => {
      clearTimeout(late);
      resolve(code);
    });
  });
}

/** Ends the program and everything it started. */
function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    // Windows knows no groups: taskkill follows the tree, which has no polite way for programs without a window.
    if (child.exitCode !== null) return;
    const taskkill = `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\taskkill.exe`;
    spawn(taskkill, ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => child.kill(),
    );
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has no process left.
  }
}

function notStarted(program: string, error: Error): KeyturnError {
  const code = 'code' in error ? error.code : null;
  const what =
    code === 'ENOENT' ? 'was not found' : code === 'EACCES' ? 'may not be run' : 'could not be started';
  return new KeyturnError('command_failed', `The program ${JSON.stringify(program)} ${what}.`, {
    cause: error,
    hint: 'Install it, or write its absolute path in keyturn.json.',
  });
}

function failed(command: readonly string[], what: string, hint: string): KeyturnError {
  return new KeyturnError('command_failed', `The program ${JSON.stringify(command[0] ?? '')} ${what}.`, {
    hint,
  });
}

function cancelled(): KeyturnError {
  return new KeyturnError('cancelled', 'Cancelled.');
}
