import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { KeyturnError } from '../base/errors.ts';
import { didYouMean } from './didYouMean.ts';
import type { Streams } from './output/streams.ts';

/** 0: done. 1: something failed. 2: wrong use. */
export type ExitCode = 0 | 1 | 2;

/** Its name, its place in the help and what completion offers are in `commandTable.ts`. */
export interface Command {
  /** What `parseArguments` takes; completion offers them, with the words of `help`. */
  readonly options: ParseArgsOptionsConfig;
  readonly help: string;
  run(args: readonly string[], streams: Streams, signal: AbortSignal): Promise<ExitCode>;
}

/** Node's own parser, with its complaints as `usage` errors. */
export function parseArguments<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(/\. |\n/, 1)[0] ?? '') : '';
    const unknown = /^Unknown option '--([^']+)'/.exec(message)?.[1];
    const near = unknown === undefined ? null : didYouMean(unknown, Object.keys(options));
    throw new KeyturnError('usage', `${message.replace(/\.$/, '')}.`, {
      ...(near !== null && { hint: `Did you mean \`--${near}\`?` }),
    });
  }
}

/** `name=value`, as `--var` takes it. */
export function parseAssignments(texts: readonly string[]): Record<string, string> {
  const values = new Map<string, string>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals < 1) throw new KeyturnError('usage', '`--var` takes NAME=VALUE.');
    values.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return Object.fromEntries(values);
}

export function parseWholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new KeyturnError('usage', `\`--${option}\` takes a whole number from ${least} to ${most}.`);
  }
  return value;
}

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** `500`, `10 MB`, `1GiB`, in bytes. */
export function parseSize(option: string, text: string): number {
  const found = /^(\d{1,12}) ?([kKMG]i?B|)$/.exec(text);
  const unit = sizeUnits[found?.[2] ?? ''];
  if (found?.[1] === undefined || unit === undefined) {
    throw new KeyturnError('usage', `\`--${option}\` takes a size such as 500 kB or 10 MB.`);
  }
  return Number(found[1]) * unit;
}
