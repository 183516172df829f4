import type { Readable, Writable } from 'node:stream';

/** Everything the command touches of its process, so that tests can stand in its place. */
export interface Streams {
  readonly in: Readable & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly out: Writable & { isTTY?: boolean };
  readonly err: Writable & { isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Keyturn asks nothing, even at a terminal. */
  readonly noInput?: boolean;
  /** Path of the bundled sandbox process. */
  readonly sandboxEntry: string;
}

export type Paint = (text: string) => string;

export interface Palette {
  readonly good: Paint;
  readonly warn: Paint;
  readonly bad: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
  /** Names of members. */
  readonly name: Paint;
}

const plain: Paint = (text) => text;
const code =
  (open: number, close: number): Paint =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`;

const colours: Palette = {
  good: code(32, 39),
  warn: code(33, 39),
  bad: code(31, 39),
  dim: code(2, 22),
  bold: code(1, 22),
  name: code(36, 39),
};
const noColours: Palette = { good: plain, warn: plain, bad: plain, dim: plain, bold: plain, name: plain };

/** Colours, unless the stream is not a terminal or NO_COLOR is set (https://no-color.org). */
export function palette(stream: { isTTY?: boolean }, env: Streams['env']): Palette {
  const coloured = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return coloured ? colours : noColours;
}
