import { asKeyturnError } from '../base/errors.ts';
import { certificateOf } from '../http/peerCertificate.ts';
import { visible } from '../base/visible.ts';
import { certificateLines } from './output/certificateLines.ts';
import type { ExitCode } from './command.ts';
import { findCommand } from './findCommand.ts';
import { groupHelp, mainHelp } from './help.ts';
import { palette, type Streams } from './output/streams.ts';
import { storeHint } from './session/storeHint.ts';

/** The command, from its arguments to its exit code. Never rejects. */
export async function main(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await dispatch(args, streams, abort.signal);
  } catch (thrown) {
    return complain(thrown, streams, args);
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

async function dispatch(args: readonly string[], streams: Streams, signal: AbortSignal): Promise<ExitCode> {
  const [name, ...words] = args;
  if (name === undefined) {
    streams.err.write(mainHelp());
    return 2;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && words.length === 0)) {
    streams.out.write(mainHelp());
    return 0;
  }
  if (name === '--version' || name === '-v') {
    streams.out.write(`${(await import('./version.ts')).version}\n`);
    return 0;
  }
  // `keyturn help token verify` is `keyturn token verify --help`.
  const found = findCommand(name === 'help' ? words : args);
  if (found.kind === 'group') {
    if (name !== 'help' && words.length === 0) {
      streams.err.write(groupHelp(found.group));
      return 2;
    }
    streams.out.write(groupHelp(found.group));
    return 0;
  }
  const command = await found.entry.load();
  if (name === 'help' || asksForHelp(found.rest)) {
    streams.out.write(command.help);
    return 0;
  }
  return command.run(found.rest, streams, signal);
}

/** Only before `--`, so that a request named "--help" can still be chosen. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

/** The token that a command line such as `keyturn token show NAME` is about. */
function tokenOf(args: readonly string[]): string | null {
  const found = findCommand(args);
  if (found.kind !== 'command' || found.entry.operand !== 'token') return null;
  const [name] = found.rest;
  return name === undefined || name.startsWith('-') ? null : name;
}

function complain(thrown: unknown, streams: Streams, args: readonly string[]): ExitCode {
  const error = asKeyturnError(thrown);
  const paint = palette(streams.err, streams.env);
  streams.err.write(`${paint.bad('keyturn:')} ${visible(error.message)}\n`);
  const certificate = certificateOf(error);
  if (certificate !== null) streams.err.write(certificateLines(certificate));
  const isAboutStore = error.code === 'store_unavailable' || error.code === 'store_locked';
  const tokenName = isAboutStore ? tokenOf(args) : null;
  const hint = (tokenName === null ? null : storeHint(error.code, tokenName)) ?? error.hint;
  if (hint !== undefined) streams.err.write(`  ${visible(hint)}\n`);
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
