import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as v from 'valibot';
import { readTokenKey, secretKindOf } from '../../profile/key.ts';
import { newNumber, open, seal } from './windowChannel.ts';

/** A secret that was stored; null where it was deleted. */
export interface SecretChange {
  readonly key: string;
  readonly value: string | null;
}

/** What this window has to do with the others. */
export interface ExchangePart {
  /** Takes over what another window stored. */
  take(change: SecretChange): void;
  /** All that this window knows to have been stored since it began. */
  known(): readonly SecretChange[];
}

export interface SecretExchange {
  /** Resolves when all other windows have the change. One that does not answer is waited for no longer than two seconds. */
  tell(change: SecretChange): Promise<void>;
  dispose(): void;
}

const messageSchema = v.array(v.object({ key: v.string(), value: v.nullable(v.string()) }));

const ANSWER_WITHIN_MS = 2_000;
const LONGEST_MESSAGE = 30_000_000;
/** What a window says first to each connection: the number that the message has to be for. */
const GREETING = /^([\da-f]{32})\n/;

/**
 * Connects the windows of one person on one computer: each listens on a socket of its own in a folder that only that
 * person can enter. Any process of that person can enter it, too: so all that is said is encrypted with a key that only
 * windows have (`windowChannel`). A message is a list of changes; who sends an empty one is answered with all that is
 * known. Fails where the folder cannot hold sockets, as on Windows, and where `key` does.
 */
export async function openSecretExchange(
  folder: string,
  part: ExchangePart,
  key: () => Promise<Uint8Array>,
): Promise<SecretExchange> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const name = randomBytes(6).toString('hex');
  const shared = await key();
  const server = createServer({ allowHalfOpen: true }, (socket) => void answer(socket, part, shared));
  await listen(server, join(folder, name));
  server.unref();

  const send = async (changes: readonly SecretChange[]): Promise<readonly SecretChange[]> => {
    const others = (await readdir(folder)).filter((other) => other !== name);
    return (await Promise.all(others.map((other) => ask(join(folder, other), changes, shared)))).flat();
  };
  // Whatever was stored after this window read its secrets and before it listened.
  for (const change of await send([])) part.take(change);
  return {
    async tell(change) {
      if (isShared(change)) await send([change]).catch(() => undefined);
    },
    dispose: () => void server.close(),
  };
}

/** Tokens, the secrets behind them, and what the audit log keeps: nothing else is shared. */
function isShared({ key }: SecretChange): boolean {
  return isTokenKey(key) || secretKindOf(key) !== null || /^audit-(?:key|mark):/.test(key);
}

function isTokenKey(key: string): boolean {
  const read = readTokenKey(key);
  return read !== null && read.hash !== '';
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answer(socket: Socket, part: ExchangePart, key: Uint8Array): Promise<void> {
  try {
    const number = newNumber();
    socket.write(`${number}\n`);
    const asked = await open(await readAll(socket), key, { from: 'caller', to: number });
    const changes = changesIn(asked.text);
    for (const change of changes) part.take(change);
    const known = changes.length === 0 ? part.known().filter(isShared) : [];
    socket.end(await seal(JSON.stringify(known), key, { from: 'window', to: asked.number }, newNumber()));
  } catch {
    socket.destroy();
  }
}

/** What the window at this socket answers: nothing where there is none any more, or where it is no window. */
async function ask(
  path: string,
  changes: readonly SecretChange[],
  key: Uint8Array,
): Promise<readonly SecretChange[]> {
  const socket = connect({ path, allowHalfOpen: true });
  try {
    const number = newNumber();
    let sent = false;
    const said = await readAll(socket, async (text) => {
      const theirs = GREETING.exec(text)?.[1];
      if (sent || theirs === undefined) return;
      sent = true;
      socket.end(await seal(JSON.stringify(changes), key, { from: 'caller', to: theirs }, number));
    });
    const answered = await open(said.replace(GREETING, ''), key, { from: 'window', to: number });
    return changesIn(answered.text);
  } catch (error) {
    // Its process ended without taking its socket away.
    const gone = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
    if (gone) await rm(path, { force: true }).catch(() => undefined);
    return [];
  } finally {
    socket.destroy();
  }
}

function changesIn(text: string): readonly SecretChange[] {
  return v.parse(messageSchema, JSON.parse(text)).filter(isShared);
}

/** All that comes until the other side ends; `begun` hears what came first. */
async function readAll(socket: Socket, begun?: (text: string) => Promise<void>): Promise<string> {
  // What fails while it is read is thrown here, what fails later has no caller.
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(new Error('No answer.')), ANSWER_WITHIN_MS);
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      length += chunk.length;
      if (length > LONGEST_MESSAGE) throw new Error('Too long.');
      if (length < 100) await begun?.(Buffer.concat(chunks).toString('latin1'));
    }
    return Buffer.concat(chunks).toString('latin1');
  } finally {
    clearTimeout(timer);
  }
}
