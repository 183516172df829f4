import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { tokenKey } from '../../../src/profile/key.ts';
import type { Task, Told } from './messages.ts';
import { createSharingManager, type SharedPlace, signedIn } from './refresher.ts';

/** A folder for a store and a lease, and the child program as one file, which starts quickly. */
export async function preparePlace(issuer: string) {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-processes-'));
  const [storeFolder, leaseFolder, program] = [
    join(folder, 'store'),
    join(folder, 'leases'),
    join(folder, 'child.mjs'),
  ];
  await mkdir(storeFolder);
  await build({
    entryPoints: [join(import.meta.dirname, 'child.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // As the product is built: the CommonJS build of jsonc-parser cannot be bundled.
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  const place: SharedPlace = { issuer, storeFolder, leaseFolder };
  return { place, program, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Puts what a person who signs in holds into the store: a refresh token, and an access token that has ended. */
export async function storeSignIn(place: SharedPlace, refreshToken: string): Promise<void> {
  const { manager, store } = createSharingManager(place);
  manager.dispose();
  await store.set({
    key: tokenKey(signedIn(place)),
    name: 'person',
    accessToken: 'ended',
    refreshToken,
    idToken: null,
    tokenType: 'bearer',
    scope: null,
    expiresAtMs: 1,
    obtainedAtMs: Date.now(),
    personal: null,
  });
}

export interface Child {
  readonly process: ChildProcess;
  /** Resolves when the child told something of this kind. */
  told<K extends Told['kind']>(kind: K): Promise<Extract<Told, { kind: K }>>;
  start(task: Task): void;
  /** SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
}

export function startChild(program: string): Child {
  const child = fork(program, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const heard: Told[] = [];
  const listeners = new Set<() => void>();
  child.on('message', (message: Told) => {
    heard.push(message);
    for (const listener of [...listeners]) listener();
  });
  return {
    process: child,
    told: (kind) =>
      new Promise((resolve) => {
        const look = () => {
          for (const told of heard) {
            if (!isOf(told, kind)) continue;
            listeners.delete(look);
            resolve(told);
            return;
          }
        };
        listeners.add(look);
        look();
      }),
    start: (task) => void child.send(task),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function isOf<K extends Told['kind']>(told: Told, kind: K): told is Extract<Told, { kind: K }> {
  return told.kind === kind;
}
