/**
 * The words in which header dialects are written down. A dialect is data: which header says what, and in which
 * form. One engine (read.ts) reads them all.
 */

/** What a value tells of a bucket. `retry` is a wait asked of the whole response. */
export type Role = 'limit' | 'remaining' | 'used' | 'reset' | 'window' | 'name' | 'policy' | 'retry';

/**
 * How a value is written.
 * - `auto`: a count is a number; a reset or window is decided by the value itself (values.ts).
 * - `ms`, `minutes`: a number of these from now, or long.
 * - `ratio`: a share of the quota, 0 to 1; read as percent.
 */
export type Form = 'auto' | 'ms' | 'minutes' | 'ratio';

/** One value with one meaning. */
export interface ScalarReading {
  readonly kind: 'scalar';
  readonly role: Role;
  readonly form: Form;
  readonly bucket: string;
}

/**
 * Members of fixed layout: `32/40` is used and limit, `20:1,100:120` are two of limit and window.
 * A member that names itself, or has a window, is a bucket of its own.
 */
export interface LayoutReading {
  readonly kind: 'layout';
  readonly members: ',' | ';' | null;
  /** Every one of these characters ends a part. */
  readonly separators: string;
  readonly parts: readonly Role[];
  readonly bucket: string;
}

/** Named values: `total=100; remaining=99; resets=41`. A part without `=` is the name. */
export interface PairsReading {
  readonly kind: 'pairs';
  readonly members: ',' | null;
  readonly keys: Readonly<Record<string, Role>>;
  readonly bucket: string;
}

/** A JSON object, or objects within one, with percentages used; the highest one binds. */
export interface JsonReading {
  readonly kind: 'json';
  readonly percentages: readonly string[];
  readonly resets: Readonly<Record<string, Form>>;
  readonly name: string | null;
  readonly bucket: string;
}

/** Belongs to the dialect, but says nothing of a bucket. */
export interface IgnoredReading {
  readonly kind: 'ignored';
}

export type Reading = ScalarReading | LayoutReading | PairsReading | JsonReading | IgnoredReading;

/** What a vendor's documentation says of a bucket and the headers do not. */
export interface BucketFacts {
  readonly name?: string;
  readonly windowSeconds?: number;
  readonly unit?: string;
  readonly remaining?: number;
}

export interface Dialect {
  readonly id: string;
  /**
   * Lower-case header names. A name may end in `{window}`, which stands for a window such as `1m` and names the
   * bucket too.
   */
  readonly headers: Readonly<Record<string, Reading>>;
  /** Facts of all buckets, and of single ones by their key. */
  readonly facts?: BucketFacts;
  readonly buckets?: Readonly<Record<string, BucketFacts>>;
}

function scalar(role: Role, bucket: string, form: Form): ScalarReading {
  return { kind: 'scalar', role, form, bucket };
}

export const limit = (bucket = ''): ScalarReading => scalar('limit', bucket, 'auto');
export const remaining = (bucket = ''): ScalarReading => scalar('remaining', bucket, 'auto');
export const used = (bucket = '', form: Form = 'auto'): ScalarReading => scalar('used', bucket, form);
export const reset = (bucket = '', form: Form = 'auto'): ScalarReading => scalar('reset', bucket, form);
export const window = (bucket = '', form: Form = 'auto'): ScalarReading => scalar('window', bucket, form);
export const name = (bucket = ''): ScalarReading => scalar('name', bucket, 'auto');
export const policy = (bucket = ''): ScalarReading => scalar('policy', bucket, 'auto');
export const retry = (form: Form = 'auto'): ScalarReading => scalar('retry', '', form);
export const ignored: IgnoredReading = { kind: 'ignored' };

export function layout(
  parts: readonly Role[],
  separators: string,
  members: ',' | ';' | null = null,
  bucket = '',
): LayoutReading {
  return { kind: 'layout', members, separators, parts, bucket };
}

export function pairs(
  keys: Readonly<Record<string, Role>>,
  members: ',' | null = null,
  bucket = '',
): PairsReading {
  return { kind: 'pairs', members, keys, bucket };
}
