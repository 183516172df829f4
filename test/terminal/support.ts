import { PassThrough, Readable } from 'node:stream';
import { main } from '../../src/terminal/main.ts';
import type { ExitCode } from '../../src/terminal/command.ts';

export interface Outcome {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** The whole command in this process, with streams of its own; the environment holds only what is given. */
export async function keyturn(
  args: readonly string[],
  { cwd, env = {}, stdin = '' }: Surroundings,
): Promise<Outcome> {
  const out = collector();
  const err = collector();
  const code = await main(args, {
    in: Readable.from(stdin === '' ? [] : [stdin]),
    out: out.stream,
    err: err.stream,
    // No session bus: these tests must not touch the keychain of whoever runs them.
    env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', ...env },
    cwd,
    sandboxEntry: '/nonexistent',
  });
  return { code, out: out.text(), err: err.text() };
}

function collector() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
