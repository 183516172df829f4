import type { HeaderList } from '../http/message.ts';
import type { BucketFacts, Form, JsonReading, LayoutReading, PairsReading, Role } from './dialect.ts';
import { factsOfLabel, knownHeader, type KnownHeader } from './headerName.ts';
import { parseNumber } from './values.ts';

export interface FieldValue {
  readonly text: string;
  readonly form: Form;
  /** Lower-case name of the header. */
  readonly header: string;
}

/** What the headers of one root say of one bucket, not yet understood. */
export interface Group {
  readonly root: string;
  readonly source: string;
  /** Label of the family; a `name` among the values stands above it. */
  readonly label: string | null;
  readonly facts: BucketFacts;
  readonly values: Map<Role, FieldValue[]>;
}

export interface Gathered {
  readonly groups: readonly Group[];
  /** Values that ask the whole response to wait, in the order of the headers. */
  readonly retries: readonly FieldValue[];
  /** The fields `RateLimit` and `RateLimit-Policy`, joined. */
  readonly rateLimitField: string | null;
  readonly policyField: string | null;
  /** Lower-case names of all headers that took part. */
  readonly names: ReadonlySet<string>;
}

/** A field that is longer when joined is not a rate limit; servers refuse or cut such headers anyway. */
const LONGEST_FIELD = 16_384;
const MOST_GROUPS = 200;

interface Line {
  readonly known: KnownHeader | null;
  readonly values: string[];
}

/** Sorts the headers into buckets, each value with its role. `quotas: false` keeps the waits only. */
export function gather(headers: HeaderList, quotas: boolean): Gathered {
  const lines = new Map<string, Line>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const line = lines.get(key);
    if (line !== undefined) {
      line.values.push(value);
      continue;
    }
    const known = key === 'ratelimit' || key === 'ratelimit-policy' ? null : knownHeader(key);
    if (known !== null || key === 'ratelimit' || key === 'ratelimit-policy') {
      lines.set(key, { known, values: [value] });
    }
  }

  const groups = new Map<string, Group>();
  const retries: FieldValue[] = [];
  const fields = new Map<string, string>();
  const names = new Set<string>();
  for (const [header, { known, values }] of lines) {
    const text = values.join(', ').trim();
    if (text === '' || text.length > LONGEST_FIELD) continue;
    const isRetry = known?.reading.kind === 'scalar' && known.reading.role === 'retry';
    if (!isRetry && !quotas) continue;
    names.add(header);
    if (known === null) {
      fields.set(header, text);
    } else if (known.reading.kind === 'scalar' && isRetry) {
      retries.push({ text, form: known.reading.form, header });
    } else {
      readField(known, header, text, groups);
    }
  }
  return {
    groups: [...groups.values()],
    retries,
    rateLimitField: fields.get('ratelimit') ?? null,
    policyField: fields.get('ratelimit-policy') ?? null,
    names,
  };
}

function readField(known: KnownHeader, header: string, text: string, groups: Map<string, Group>): void {
  const { reading } = known;
  switch (reading.kind) {
    case 'scalar':
      put(groupOf(groups, known, '', null), reading.role, { text, form: reading.form, header });
      return;
    case 'layout':
      for (const member of split(text, reading.members)) readMember(known, reading, header, member, groups);
      return;
    case 'pairs':
      for (const member of split(text, reading.members)) readPairs(known, reading, header, member, groups);
      return;
    case 'json':
      readJson(known, reading, header, text, groups);
      return;
    case 'ignored':
      return;
  }
}

/** The bucket of a root; `own` tells it apart from others of the same header. */
function groupOf(
  groups: Map<string, Group>,
  known: KnownHeader,
  own: string,
  name: string | null,
): Group | null {
  const key = `${known.root} ${known.bucket} ${own}`;
  const existing = groups.get(key);
  if (existing !== undefined) return existing;
  if (groups.size >= MOST_GROUPS) return null;
  const group: Group = {
    root: known.root,
    source: known.source,
    label: name ?? known.label,
    facts: name === null ? known.facts : { ...factsOfLabel(name), ...known.facts, ...known.named[name] },
    values: new Map(),
  };
  groups.set(key, group);
  return group;
}

function put(group: Group | null, role: Role, value: FieldValue): void {
  if (group === null) return;
  const values = group.values.get(role);
  if (values === undefined) group.values.set(role, [value]);
  else values.push(value);
}

function split(text: string, separator: ',' | ';' | null): string[] {
  return separator === null ? [text] : text.split(separator, MOST_GROUPS);
}

function readMember(
  known: KnownHeader,
  reading: LayoutReading,
  header: string,
  member: string,
  groups: Map<string, Group>,
): void {
  const parts = splitAtAny(member, reading.separators, reading.parts.length);
  if (
    parts.length < reading.parts.length &&
    reading.parts.some((role, at) => role !== 'name' && at >= parts.length)
  ) {
    return;
  }
  const part = (role: Role) => parts[reading.parts.indexOf(role)]?.trim() ?? '';
  const name = part('name');
  const group = groupOf(groups, known, `${name} ${part('window')}`, name === '' ? null : name);
  reading.parts.forEach((role, at) => {
    if (role !== 'name') put(group, role, { text: parts[at] ?? '', form: 'auto', header });
  });
}

/** Splits at any of the characters; what follows the wanted parts is left out. */
function splitAtAny(text: string, separators: string, wanted: number): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length && parts.length < wanted; at++) {
    if (at < text.length && !separators.includes(text.charAt(at))) continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return parts;
}

function readPairs(
  known: KnownHeader,
  reading: PairsReading,
  header: string,
  member: string,
  groups: Map<string, Group>,
): void {
  let name: string | null = null;
  const values: [Role, FieldValue][] = [];
  for (const pair of member.split(';', 20)) {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? '' : pair.slice(0, equals).trim().toLowerCase();
    const text = pair.slice(equals + 1).trim();
    const role = equals < 0 ? 'name' : reading.keys[key];
    if (role === undefined || text === '') continue;
    if (role === 'name') name = text;
    else values.push([role, { text, form: 'auto', header }]);
  }
  if (values.length === 0) return;
  const group = groupOf(groups, known, name ?? '', name);
  for (const [role, value] of values) put(group, role, value);
}

function readJson(
  known: KnownHeader,
  reading: JsonReading,
  header: string,
  text: string,
  groups: Map<string, Group>,
): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return;
  }
  // Breadth first and without recursion: the depth of the JSON is the server's choice.
  const queue: unknown[] = [json];
  for (let at = 0; at < queue.length && at < 1000; at++) {
    const node = queue[at];
    if (typeof node !== 'object' || node === null) continue;
    const object = new Map<string, unknown>(Object.entries(node));
    const used = reading.percentages
      .map((key) => object.get(key))
      .filter((value) => typeof value === 'number' && value >= 0)
      .reduce<number | null>((most, value) => Math.max(most ?? 0, Number(value)), null);
    if (used === null) {
      queue.push(...[...object.values()].slice(0, 1000));
      continue;
    }
    const name = reading.name === null ? undefined : object.get(reading.name);
    const group = groupOf(groups, known, String(at), typeof name === 'string' ? name : null);
    put(group, 'used', { text: String(used / 100), form: 'ratio', header });
    for (const [key, form] of Object.entries(reading.resets)) {
      const value = numberOf(object.get(key));
      // Zero means that access is not lost.
      if (value !== null && value > 0) put(group, 'reset', { text: String(value), form, header });
    }
  }
}

/** The first value of that role, as written. */
export function firstText(group: Group, role: 'limit' | 'remaining' | 'used' | 'policy'): string | null {
  return group.values.get(role)?.[0]?.text ?? null;
}

/** Discord and GitHub name the bucket in a header. */
export function nameOf(group: Group): string | null {
  const text = group.values.get('name')?.[0]?.text.trim();
  return text === undefined || text === '' ? group.label : text;
}

/** Meta writes some numbers as strings. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? parseNumber(value) : null;
}
