import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { certificateOf } from '../http/peerCertificate.ts';
import { visible } from '../base/visible.ts';
import { certificateLines } from './certificateLines.ts';
import type { Command, ExitCode } from './command.ts';
import { palette, type Streams } from './streams.ts';

/** Each command is loaded when it is called: `list` needs neither undici nor the keychain. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import('./listCommand.ts')).listCommand,
  run: async () => (await import('./runCommand.ts')).runCommand,
  token: async () => (await import('./token/tokenCommand.ts')).tokenCommand,
  sandbox: async () => (await import('./sandboxCommand.ts')).sandboxCommand,
};

const help = `keyturn: token-aware API testing for .http files

Usage:
  keyturn list FILE… [--json]          what requests the files hold
  keyturn run FILE… [options]          send them, with the right token in each
  keyturn token COMMAND                add, show, refresh, verify, revoke, inspect tokens
  keyturn sandbox [options]            a local identity provider and API to learn with

  keyturn COMMAND --help               more about one command
  keyturn --version

Exit codes: 0 done, 1 something could not be done, 2 wrong use.
Colours are off in a pipe and where NO_COLOR is set.
`;

/** The command, from its arguments to its exit code. Never rejects. */
export async function main(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await dispatch(args, streams, abort.signal);
  } catch (thrown) {
    return complain(thrown, streams);
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

async function dispatch(args: readonly string[], streams: Streams, signal: AbortSignal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined) {
    streams.err.write(help);
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const [of, ...words] = rest;
    if (name !== 'help' || of === undefined) {
      streams.out.write(help);
      return 0;
    }
    // `keyturn help token verify` is `keyturn token verify --help`.
    return dispatch([of, ...words.slice(0, 1), '--help'], streams, signal);
  }
  if (name === '--version' || name === '-v') {
    streams.out.write(`${(await import('./version.ts')).version}\n`);
    return 0;
  }
  const load = commandOf(name);
  if (load === undefined) {
    throw new KeyturnError('usage', `There is no command ${JSON.stringify(name)}.`, {
      hint: 'See `keyturn --help`.',
    });
  }
  const command = await load();
  // Only before `--`, so that a request named "--help" can still be asked for.
  const end = rest.indexOf('--');
  if (
    (end < 0 ? rest : rest.slice(0, end)).some((arg) => arg === '--help' || arg === '-h') &&
    name !== 'token'
  ) {
    streams.out.write(command.help);
    return 0;
  }
  return command.run(rest, streams, signal);
}

function commandOf(name: string | undefined): (() => Promise<Command>) | undefined {
  return name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
}

function complain(thrown: unknown, streams: Streams): ExitCode {
  const error = asKeyturnError(thrown);
  const paint = palette(streams.err, streams.env);
  streams.err.write(`${paint.bad('keyturn:')} ${visible(error.message)}\n`);
  const certificate = certificateOf(error);
  if (certificate !== null) streams.err.write(certificateLines(certificate));
  if (error.hint !== undefined) streams.err.write(`  ${visible(error.hint)}\n`);
  if (
    error.code === 'internal' &&
    (streams.env['KEYTURN_DEBUG'] ?? '') !== '' &&
    error.cause instanceof Error
  ) {
    // Where it happened, without the message: that may hold a secret.
    const frames = (error.cause.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
    streams.err.write(`${error.cause.name}\n${frames.join('\n')}\n`);
  }
  return error.code === 'usage' ? 2 : 1;
}
