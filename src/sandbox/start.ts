import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as v from 'valibot';
import { KeyturnError } from '../base/errors.ts';
import { withoutSecretVariables } from '../base/secretVariables.ts';
import { type Announcement, announcementSchema } from './announcement.ts';
import type { SandboxClient } from './clients.ts';
import { formatSandboxArguments, type SandboxOptions } from './options.ts';

/** A running sandbox: an OpenID provider and a reports API in a process of their own, on loopback only. */
export interface Sandbox {
  /** Origin of the OpenID provider, such as `http://127.0.0.1:7420`. */
  readonly issuer: string;
  /** Origin of the reports API, also the audience of its tokens. */
  readonly api: string;
  readonly clients: readonly SandboxClient[];
  /** Public demonstration key for `X-API-Key`. */
  readonly apiKey: string;
  readonly lifetimeSeconds: number;
  /** Resolves once the process is gone. */
  stop(): Promise<void>;
  /** The exit code when the process ends, asked for or not; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

export interface StartSandboxOptions extends SandboxOptions {
  /** Path of the bundled process entry, `dist/sandbox/sandbox.js`. */
  readonly entry: string;
  /** Cancels the start; afterwards use `stop`. */
  readonly signal?: AbortSignal;
}

const startTimeoutMs = 20_000;
const stopTimeoutMs = 3_000;

/** Fails with `sandbox_failed`, or `cancelled` when the signal aborts before the sandbox is up. */
export async function startSandbox(options: StartSandboxOptions): Promise<Sandbox> {
  if (options.signal?.aborted) throw new KeyturnError('cancelled', 'The start of the sandbox was cancelled.');
  const child = spawn(process.execPath, [options.entry, ...formatSandboxArguments(options)], {
    // Inside the desktop editor the executable is Electron, which this makes behave as Node.
    env: { ...withoutSecretVariables(process.env), ELECTRON_RUN_AS_NODE: '1' },
    // The open stdin is the sandbox's sign that its starter is alive.
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  child.stdin.on('error', () => undefined); // Writing nothing, so only the end of a dead process shows here.
  child.stderr.resume();
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });

  const stop = async (): Promise<void> => {
    child.stdin.end();
    const impatient = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await exited;
    clearTimeout(impatient);
  };

  try {
    const announcement = await announced(child, options.signal);
    if ('error' in announcement) throw new KeyturnError('sandbox_failed', announcement.error);
    return { ...announcement, stop, exited };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The first line of the process's stdout. */
function announced(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  signal: AbortSignal | undefined,
): Promise<Announcement> {
  return new Promise<Announcement>((resolve, reject) => {
    const fail = (message: string, cause?: unknown): void => {
      reject(new KeyturnError('sandbox_failed', message, { cause }));
    };
    const timer = setTimeout(() => fail('The sandbox did not start within 20 s.'), startTimeoutMs);
    const cancel = (): void => {
      clearTimeout(timer);
      reject(new KeyturnError('cancelled', 'The start of the sandbox was cancelled.'));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    child.once('error', (error) => fail('The sandbox process could not be started.', error));
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      const announcement = v.safeParse(v.pipe(v.string(), v.parseJson(), announcementSchema), line);
      if (announcement.success) resolve(announcement.output);
      else fail('The sandbox sent a message that this version does not understand.');
    });
    // Not 'exit': the announcement of a failure may still be in the pipe when the process is gone.
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`The sandbox stopped while it started (exit code ${code ?? 'none'}).`);
    });
  });
}
