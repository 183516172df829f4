import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  /** Told of what the command says on stderr, as it says it. */
  readonly heard?: (text: string) => void;
}

/** These tests write nothing to the home folder. */
const state = mkdtempSync(join(tmpdir(), 'keyturn-state-'));
process.once('exit', () => rmSync(state, { recursive: true, force: true }));

/** The whole command in this process, with streams of its own; the environment holds only what is given. */
export async function keyturn(
  args: readonly string[],
  { cwd, env = {}, stdin = '', heard }: Surroundings,
): Promise<Outcome> {
  const out = collector();
  const err = collector();
  if (heard !== undefined) err.stream.on('data', (chunk: Buffer) => heard(chunk.toString('utf8')));
  const code = await main(args, {
    in: Readable.from(stdin === '' ? [] : [stdin]),
    out: out.stream,
    err: err.stream,
    // No session bus: these tests must not touch a person's keychain.
    env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', XDG_STATE_HOME: state, ...env },
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
