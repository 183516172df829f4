import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { abortable } from '../base/abortable.ts';
import { KeyturnError } from '../base/errors.ts';
import { withoutSecretVariables } from '../base/secretVariables.ts';
import type { Keychain } from '../sources/keychain.ts';
import type { SecretStore } from '../base/secretStore.ts';
import {
  type KeychainFailure,
  type KeychainReply,
  type KeychainRequest,
  replySchema,
} from './keychainMessages.ts';

export interface KeychainOptions {
  /** How long the keychain may take for one answer, the person's password included. */
  readonly timeoutMs?: number;
  /** Environment of the keychain process, where the session bus is found. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends all waiting: every call fails with `cancelled` from then on. */
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly resolve: (reply: KeychainReply) => void;
  readonly reject: (error: KeyturnError) => void;
}

type Call = KeychainRequest extends infer R ? (R extends KeychainRequest ? Omit<R, 'id'> : never) : never;

const DEFAULT_TIMEOUT_MS = 20_000;

/**
 * The system's keychain (Keychain, Credential Manager, Secret Service) through keytar, each secret as a password of
 * the service `keyturn`. A keychain that does not answer in time, or is locked or missing, fails everything that
 * follows at once, so that a batch does not wait for each of its requests.
 */
export class KeychainSecretStore implements SecretStore, Keychain {
  readonly #timeoutMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | null = null;
  #failed: KeyturnError | null = null;
  #answered = false;
  #lastId = 0;

  constructor(options: KeychainOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const { signal } = options;
    const cancel = () => this.#fail(new KeyturnError('cancelled', 'Cancelled.'));
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    // Inside the desktop editor the executable is Electron, which this makes behave as Node.
    this.#env = { ...withoutSecretVariables(options.env ?? process.env), ELECTRON_RUN_AS_NODE: '1' };
  }

  /** True once it answered: asking it again then takes no time. */
  get isOpen(): boolean {
    return this.#answered && this.#failed === null;
  }

  async get(key: string): Promise<string | null> {
    const result = await this.#call({ method: 'get', key });
    return typeof result === 'string' ? result : null;
  }

  async set(key: string, value: string): Promise<void> {
    await this.#call({ method: 'set', key, value });
  }

  async delete(key: string): Promise<void> {
    await this.#call({ method: 'delete', key });
  }

  async keys(): Promise<string[]> {
    const result = await this.#call({ method: 'keys' });
    return Array.isArray(result) ? result : [];
  }

  /** An entry of another tool. The call cannot be taken back once it is made: an abort only ends the waiting. */
  async read(service: string, account: string | null, signal: AbortSignal): Promise<string | null> {
    if (account === null && process.platform === 'win32') {
      throw new KeyturnError(
        'unsupported',
        'Windows needs both service and account to find a keychain entry.',
        { hint: 'Add "keychainAccount" to the profile.' },
      );
    }
    const result = await abortable(this.#call({ method: 'read', service, account }), signal);
    return typeof result === 'string' ? result : null;
  }

  /** Ends the process, and everything that waits for it with `cancelled`. */
  dispose(): void {
    this.#fail(new KeyturnError('cancelled', 'Cancelled.'));
  }

  async #call(call: Call): Promise<string | null | string[]> {
    if (this.#failed !== null) throw this.#failed;
    const child = (this.#child ??= this.#start());
    const id = ++this.#lastId;
    let timer: NodeJS.Timeout | undefined;
    const reply = await new Promise<KeychainReply>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      timer = setTimeout(() => this.#fail(silent(this.#timeoutMs)), this.#timeoutMs);
      child.ref();
      child.channel?.ref();
      child.send({ ...call, id }, (error) => {
        if (error !== null) this.#fail(failureOf('unavailable', call.method));
      });
    }).finally(() => {
      clearTimeout(timer);
      this.#pending.delete(id);
      // Idle, the process must not keep the command running; it ends with it.
      if (this.#pending.size === 0) {
        child.unref();
        child.channel?.unref();
      }
    });
    if ('result' in reply) {
      this.#answered = true;
      return reply.result;
    }
    const error = failureOf(reply.failure, call.method);
    if (reply.failure !== 'refused') this.#fail(error);
    throw error;
  }

  #start(): ChildProcess {
    const child = fork(processPath(), [], {
      env: this.#env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (message) => {
      const reply = v.safeParse(replySchema, message);
      if (reply.success) this.#pending.get(reply.output.id)?.resolve(reply.output);
    });
    child.on('error', () => this.#fail(failureOf('unavailable', 'keys')));
    child.on('exit', (_code, signal) =>
      this.#fail(failureOf(signal === null ? 'unavailable' : 'locked', 'keys')),
    );
    return child;
  }

  /** From now on every call fails like this; the process is ended, whatever it waits for. */
  #fail(error: KeyturnError): void {
    this.#failed ??= error;
    this.#child?.kill('SIGKILL');
    for (const { reject } of this.#pending.values()) reject(this.#failed);
  }
}

/** Beside this module when it runs from source, beside the folder of the bundle that it was built into. */
function processPath(): string {
  const candidates = [
    './keychainProcess.ts',
    '../keychain/keychainProcess.js',
    '../../keychain/keychainProcess.js',
  ];
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths[0] ?? '';
}

function silent(timeoutMs: number): KeyturnError {
  return new KeyturnError(
    'store_locked',
    `The keychain did not answer within ${Math.ceil(timeoutMs / 1000)} s.`,
    {
      hint: 'It is probably locked: unlock it, then run the command again.',
    },
  );
}

function failureOf(failure: KeychainFailure, method: KeychainRequest['method']): KeyturnError {
  switch (failure) {
    case 'locked':
      return new KeyturnError('store_locked', 'The keychain is locked.', {
        hint: 'Unlock it, or set an environment variable, such as KEYTURN_TOKEN_VIEWER for the token "viewer".',
      });
    case 'unavailable':
      return new KeyturnError('store_unavailable', 'There is no usable keychain here.', {
        hint: 'Set environment variables, such as KEYTURN_TOKEN_VIEWER or KEYTURN_CLIENT_SECRET_VIEWER for the token "viewer".',
      });
    case 'refused':
      return method !== 'set' && method !== 'delete'
        ? new KeyturnError('store_unavailable', "Couldn't read the keychain.", {
            hint: 'Try again, or repair it.',
          })
        : new KeyturnError(
            'store_write_failed',
            "Couldn't write to the keychain. Nothing in it was changed.",
            {
              hint: 'Check that the keychain is unlocked and has room, then try again.',
            },
          );
  }
}
