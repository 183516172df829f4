import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { throwIfAborted } from '../base/abortable.ts';
import { KeyturnError } from '../base/errors.ts';
import {
  defaultScriptLimits,
  emptyOutcome,
  type ScriptJob,
  type ScriptLimits,
  type ScriptOutcome,
} from './job.ts';
import { replySchema, type WorkerOrder } from './messages.ts';

export interface ScriptRunnerOptions {
  /** Asked before each script, since a setting may change. */
  readonly limits?: () => ScriptLimits;
  /** Path of the built worker; else the one that is built beside this module's bundle. */
  readonly worker?: string;
}

/** What the pipeline needs of a script runner. */
export interface Scripts {
  /**
   * One script in a fresh sandbox. What is wrong with the script is in `error` of the outcome.
   * @throws KeyturnError `cancelled`, or `internal` where the sandbox does not start.
   */
  run(job: ScriptJob, signal?: AbortSignal): Promise<ScriptOutcome>;
}

/** QuickJS stops a script at its limit by itself, but for a few built-in functions that never ask. */
const GRACE_MS = 500;
/** Loading the sandbox on a busy machine. */
const START_MS = 20_000;

/**
 * Runs scripts one after the other in a worker thread that starts with the first. A worker that a script brought to a
 * limit, or that was cancelled, is ended; the next script gets another.
 */
export class ScriptRunner implements Scripts {
  readonly #limits: () => ScriptLimits;
  readonly #path: string;
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #disposed = false;

  constructor({ limits = () => defaultScriptLimits, worker }: ScriptRunnerOptions = {}) {
    this.#limits = limits;
    this.#path = worker ?? workerPath();
  }

  run(job: ScriptJob, signal?: AbortSignal): Promise<ScriptOutcome> {
    const turn = this.#last.then(() => this.#runNow(job, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the worker; what waits fails with `cancelled`. */
  dispose(): void {
    this.#disposed = true;
    this.#end();
  }

  async #runNow(job: ScriptJob, signal: AbortSignal | undefined): Promise<ScriptOutcome> {
    throwIfAborted(signal);
    if (this.#disposed) throw cancelled();
    const worker = (this.#worker ??= await this.#start());
    // While the worker began.
    if (this.#disposed) {
      this.#end();
      throw cancelled();
    }
    const limits = this.#limits();
    const order: WorkerOrder = { id: ++this.#lastId, job, limits };
    // Only while a script runs: an idle worker must not keep the command running.
    worker.ref();
    try {
      return await this.#answer(worker, order, signal);
    } finally {
      worker.unref();
    }
  }

  #answer(worker: Worker, order: WorkerOrder, signal: AbortSignal | undefined): Promise<ScriptOutcome> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        worker.off('message', answered).off('error', died).off('exit', ended);
        done();
      };
      const answered = (message: unknown) => {
        const reply = v.safeParse(replySchema, message);
        if (!reply.success || reply.output.id !== order.id) {
          died(reply.issues);
          return;
        }
        if (reply.output.spent) this.#end();
        settle(() => resolve(reply.output.outcome));
      };
      const died = (cause: unknown) => {
        this.#end();
        // A worker whose own memory is full reports that as an error.
        const full = codeOf(cause) === 'ERR_WORKER_OUT_OF_MEMORY';
        settle(() => {
          if (full) resolve(outOfMemory(order));
          else reject(new KeyturnError('internal', 'The sandbox for scripts failed.', { cause }));
        });
      };
      const ended = () => {
        this.#end();
        settle(() =>
          reject(
            this.#disposed ? cancelled() : new KeyturnError('internal', 'The sandbox for scripts ended.'),
          ),
        );
      };
      const cancel = () => {
        this.#end();
        settle(() => {
          try {
            throwIfAborted(signal);
          } catch (error) {
            reject(error instanceof Error ? error : cancelled());
          }
        });
      };
      const late = () => {
        this.#end();
        settle(() => resolve(outOfTime(order)));
      };
      const timer = setTimeout(late, order.limits.timeoutMs + GRACE_MS);
      signal?.addEventListener('abort', cancel, { once: true });
      worker.on('message', answered).on('error', died).on('exit', ended);
      worker.postMessage(order);
    });
  }

  #start(): Promise<Worker> {
    const worker = new Worker(this.#path, {
      env: {},
      execArgv: [],
      stdin: false,
      // QuickJS counts its own stack; this keeps the thread's below the limit of its count.
      resourceLimits: { stackSizeMb: 16, maxOldGenerationSizeMb: 512 },
    });
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => {
        clearTimeout(timer);
        void worker.terminate();
        reject(new KeyturnError('internal', "Keyturn couldn't start the sandbox for scripts.", { cause }));
      };
      const timer = setTimeout(fail, START_MS, null);
      worker.once('error', fail);
      worker.once('message', () => {
        clearTimeout(timer);
        worker.off('error', fail);
        resolve(worker);
      });
    });
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
  }
}

function cancelled(): KeyturnError {
  return new KeyturnError('cancelled', 'Cancelled.');
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function outOfTime({ job, limits }: WorkerOrder): ScriptOutcome {
  const message = `The script took longer than ${limits.timeoutMs / 1000} s.`;
  return { ...emptyOutcome(), error: { kind: 'time', message, line: job.firstLine } };
}

function outOfMemory({ job, limits }: WorkerOrder): ScriptOutcome {
  const message = `The script needs more memory than ${limits.memoryBytes / 1024 / 1024} MB.`;
  return { ...emptyOutcome(), error: { kind: 'memory', message, line: job.firstLine } };
}

/** Beside the folder of the bundle that this module was built into; from source, in what was built last. */
function workerPath(): string {
  const candidates = ['../script/worker.js', '../../script/worker.js', '../../dist/script/worker.js'];
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths[0] ?? '';
}
