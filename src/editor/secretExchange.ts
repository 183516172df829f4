import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as v from 'valibot';

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
  /** Resolves when all other windows have the change. One that does not answer is waited for no longer than a second. */
  tell(change: SecretChange): Promise<void>;
  dispose(): void;
}

const messageSchema = v.array(v.object({ key: v.string(), value: v.nullable(v.string()) }));

const ANSWER_WITHIN_MS = 1_000;
const LONGEST_MESSAGE = 20_000_000;

/**
 * Connects the windows of one person on one computer: each listens on a socket of its own in a folder that only that
 * person can enter. Nothing that is said is written anywhere. A message is a list of changes; who sends an empty one
 * is answered with all that is known. Fails where the folder cannot hold sockets, as on Windows.
 */
export async function openSecretExchange(folder: string, part: ExchangePart): Promise<SecretExchange> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const name = randomBytes(6).toString('hex');
  const server = createServer({ allowHalfOpen: true }, (socket) => void answer(socket, part));
  await listen(server, join(folder, name));
  server.unref();

  const send = async (changes: readonly SecretChange[]): Promise<readonly SecretChange[]> => {
    const others = (await readdir(folder)).filter((other) => other !== name);
    return (await Promise.all(others.map((other) => ask(join(folder, other), changes)))).flat();
  };
  // Whatever was stored after this window read its secrets and before it listened.
  for (const change of await send([])) part.take(change);
  return {
    async tell(change) {
      await send([change]).catch(() => undefined);
    },
    dispose: () => void server.close(),
  };
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

async function answer(socket: Socket, part: ExchangePart): Promise<void> {
  try {
    const changes = await readMessage(socket);
    for (const change of changes) part.take(change);
    socket.end(JSON.stringify(changes.length === 0 ? part.known() : []));
  } catch {
    socket.destroy();
  }
}

/** What the window at this socket answers: nothing where there is none any more. */
async function ask(path: string, changes: readonly SecretChange[]): Promise<readonly SecretChange[]> {
  const socket = connect({ path, allowHalfOpen: true });
  try {
    socket.end(JSON.stringify(changes));
    return await readMessage(socket);
  } catch (error) {
    // Its process ended without taking its socket away.
    const gone = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
    if (gone) await rm(path, { force: true }).catch(() => undefined);
    return [];
  } finally {
    socket.destroy();
  }
}

async function readMessage(socket: Socket): Promise<readonly SecretChange[]> {
  // What fails while it is read is thrown here, what fails later concerns nobody.
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
    }
    return v.parse(messageSchema, JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } finally {
    clearTimeout(timer);
  }
}
