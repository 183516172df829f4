import type { BucketFacts, Dialect, Reading, Role, ScalarReading } from './dialect.ts';
import { CLOSING_ROLES, EXCEPTIONS, RETRY, ROLES, STEMS, VENDORS, VENDOR_PREFIXES } from './dialects.ts';
import { unitOfLabel, windowOfLabel, windowOfWord } from './words.ts';

/** What a header's name alone tells. */
export interface KnownHeader {
  readonly reading: Reading;
  /** Id of the dialect. */
  readonly source: string;
  /** Headers of one root may tell of one bucket; those of another may only repeat it. */
  readonly root: string;
  /** Tells the buckets of one root apart. */
  readonly bucket: string;
  /** A label for the bucket; null for the one without a name. */
  readonly label: string | null;
  readonly facts: BucketFacts;
  /** Facts of buckets that the values name. */
  readonly named: Readonly<Record<string, BucketFacts>>;
}

const WORD_PLACEHOLDER = /^(.+)\{(bucket|window)\}$/;

interface Pattern {
  readonly start: string;
  readonly windowOnly: boolean;
  readonly dialect: Dialect;
  readonly reading: Reading;
}

const exactNames = new Map<string, KnownHeader>();
const patterns: Pattern[] = [];
for (const dialect of [RETRY, ...VENDORS]) {
  for (const [header, reading] of Object.entries(dialect.headers)) {
    const placeholder = WORD_PLACEHOLDER.exec(header);
    if (placeholder === null) {
      exactNames.set(header, knownOf(dialect, reading, ''));
    } else {
      patterns.push({
        start: placeholder[1] ?? '',
        windowOnly: placeholder[2] === 'window',
        dialect,
        reading,
      });
    }
  }
}

function knownOf(dialect: Dialect, reading: Reading, captured: string): KnownHeader {
  const own = reading.kind === 'ignored' ? '' : reading.bucket;
  const bucket = [own, captured].filter((part) => part !== '').join('-');
  const facts = { ...factsOfLabel(bucket), ...dialect.facts, ...dialect.buckets?.[own] };
  return {
    reading,
    source: dialect.id,
    root: dialect.id,
    bucket,
    label: bucket === '' ? null : bucket,
    facts,
    named: dialect.buckets ?? {},
  };
}

/** Window and unit as far as the words of a label tell them. */
export function factsOfLabel(label: string): BucketFacts {
  const windowSeconds = windowOfLabel(label);
  const unit = unitOfLabel(label);
  return { ...(windowSeconds === null ? {} : { windowSeconds }), ...(unit === null ? {} : { unit }) };
}

/** The same names come with every response. Bounded, since servers choose them. */
const understood = new Map<string, KnownHeader | null>();
const mostUnderstood = 1000;

/** Understands a header by its lower-case name; null for a header that has nothing to do with rate limits. */
export function knownHeader(name: string): KnownHeader | null {
  const before = understood.get(name);
  if (before !== undefined) return before;
  const found = understand(name);
  if (understood.size >= mostUnderstood) understood.clear();
  understood.set(name, found);
  return found;
}

function understand(name: string): KnownHeader | null {
  const exact = exactNames.get(name);
  if (exact !== undefined) return exact;
  for (const { start, windowOnly, dialect, reading } of patterns) {
    if (!name.startsWith(start)) continue;
    const captured = name.slice(start.length);
    if (captured === '' || (windowOnly && windowOfWord(captured) === null)) continue;
    return knownOf(dialect, reading, captured);
  }
  return familyHeader(name.replaceAll('_', '-'));
}

function familyHeader(name: string): KnownHeader | null {
  for (const stem of STEMS) {
    const at = name.indexOf(stem);
    if (at < 0) continue;
    const root = name.slice(0, at + stem.length);
    const rest = name.slice(root.length);
    const found = EXCEPTIONS[name] ?? roleAndBucket(rest.startsWith('-') ? rest.slice(1) : rest);
    if (found === null) return null;
    const bucket = found.kind === 'ignored' ? '' : found.bucket;
    const prefix = name.slice(0, at).replace(/-$/, '');
    const vendor = VENDOR_PREFIXES.get(prefix);
    const owner = vendor === undefined ? prefix.replace(/^x(?:-|$)/, '') : '';
    const label = [owner, bucket].filter((part) => part !== '').join('-');
    return {
      reading: found,
      source: vendor ?? root,
      root,
      bucket,
      label: label === '' ? null : label,
      facts: factsOfLabel(bucket),
      named: {},
    };
  }
  // NestJS names even the wait after its throttler: Retry-After-short.
  if (name.startsWith('retry-after-')) {
    return knownOf(RETRY, { kind: 'scalar', role: 'retry', form: 'auto', bucket: '' }, '');
  }
  return null;
}

/** Roles that may follow the bucket without a dash, as in `UserLimit`. */
const GLUED: readonly Role[] = ['limit', 'remaining', 'reset'];

const OPENING = Object.entries(ROLES).sort(longestFirst);
const CLOSING = Object.entries({ ...ROLES, ...CLOSING_ROLES }).sort(longestFirst);

function longestFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return b[0].length - a[0].length;
}

/** Splits what follows the stem: `limit-requests`, `requests-limit`, `userlimit`; nothing at all is the limit. */
function roleAndBucket(rest: string): ScalarReading | null {
  if (rest === '') return ROLES['limit'] ?? null;
  for (const [words, reading] of CLOSING) {
    if (rest === words) return reading;
  }
  for (const [words, reading] of OPENING) {
    if (rest.startsWith(`${words}-`)) return { ...reading, bucket: rest.slice(words.length + 1) };
  }
  for (const [words, reading] of CLOSING) {
    if (rest.endsWith(`-${words}`)) return { ...reading, bucket: rest.slice(0, -words.length - 1) };
  }
  for (const role of GLUED) {
    const reading = ROLES[role];
    if (reading !== undefined && rest.endsWith(role))
      return { ...reading, bucket: rest.slice(0, -role.length) };
  }
  return null;
}
