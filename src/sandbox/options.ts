import { parseArgs } from 'node:util';
import { KeyturnError } from '../base/errors.ts';
import { defaultLimits, type HeaderStyle, headerStyles, type SandboxLimits } from './limitSettings.ts';

/** How a sandbox is started; what is left out takes its default. */
export interface SandboxOptions {
  /** Life of an access token in seconds; 300 by default. */
  readonly lifetimeSeconds?: number;
  /** Requests a window. */
  readonly limit?: number;
  readonly windowSeconds?: number;
  readonly headerStyle?: HeaderStyle;
  /** 0 for any free port; without it 7420 (issuer) and 7421 (API), or free ones where those are taken. */
  readonly issuerPort?: number;
  readonly apiPort?: number;
}

export interface SandboxArguments {
  readonly lifetimeSeconds: number;
  readonly limits: SandboxLimits;
  /** Null: the preferred port, or any free one. */
  readonly issuerPort: number | null;
  readonly apiPort: number | null;
}

/** Reads the arguments of the sandbox process. Fails with `usage`. */
export function parseSandboxArguments(argv: readonly string[]): SandboxArguments {
  const values = readValues(argv);
  const style = values['header-style'] ?? defaultLimits.style;
  const headerStyle = headerStyles.find((known) => known === style);
  if (!headerStyle) {
    throw new KeyturnError('usage', `--header-style must be one of ${headerStyles.join(', ')}.`);
  }
  return {
    lifetimeSeconds: wholeNumber(values.lifetime, '--lifetime', 1, 86_400) ?? 300,
    limits: {
      limit: wholeNumber(values.limit, '--limit', 1, 1_000_000) ?? defaultLimits.limit,
      windowSeconds: wholeNumber(values.window, '--window', 1, 86_400) ?? defaultLimits.windowSeconds,
      style: headerStyle,
    },
    issuerPort: wholeNumber(values['issuer-port'], '--issuer-port', 0, 65_535),
    apiPort: wholeNumber(values['api-port'], '--api-port', 0, 65_535),
  };
}

/** The arguments that make a sandbox process take these options. */
export function formatSandboxArguments(options: SandboxOptions): string[] {
  const pairs: [string, string | number | undefined][] = [
    ['--lifetime', options.lifetimeSeconds],
    ['--limit', options.limit],
    ['--window', options.windowSeconds],
    ['--header-style', options.headerStyle],
    ['--issuer-port', options.issuerPort],
    ['--api-port', options.apiPort],
  ];
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}

function readValues(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        lifetime: string,
        limit: string,
        window: string,
        'header-style': string,
        'issuer-port': string,
        'api-port': string,
      },
    }).values;
  } catch (error) {
    throw new KeyturnError('usage', 'The sandbox does not know one of its options.', {
      cause: error,
    });
  }
}

function wholeNumber(text: string | undefined, name: string, least: number, most: number): number | null {
  if (text === undefined) return null;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new KeyturnError('usage', `${name} must be a whole number from ${least} to ${most}.`);
  }
  return number;
}
