import { type Item, parseDictionary, parseList } from 'structured-headers';
import { parseNumber } from './values.ts';

/** No server has more policies; the rest is not read. */
const MOST_MEMBERS = 200;

/** One member of a list of counts: `100;w=60;name="per-ip"`. */
export interface CountMember {
  readonly count: number;
  readonly windowSeconds: number | null;
  readonly name: string | null;
}

/** A quota policy of a `RateLimit-Policy` field, in the form of drafts 04 to 07 (no name) or 08 to 10. */
export interface QuotaPolicy {
  readonly name: string | null;
  readonly quota: number;
  readonly windowSeconds: number | null;
  readonly unit: string | null;
  readonly partitionKey: string | null;
}

/** An item of the `RateLimit` field of drafts 08 to 10. */
export interface ServiceLimit {
  readonly name: string;
  readonly remaining: number;
  readonly resetSeconds: number | null;
  readonly partitionKey: string | null;
}

/** The members of the `RateLimit` dictionary of draft 07. */
export interface ServiceLimitDictionary {
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetSeconds: number | null;
}

/**
 * The counts of a header such as `RateLimit-Limit: 10, 10;w=1;name="per-ip"`; a plain number is a list of one.
 * Null when it is no list of numbers.
 */
export function parseCounts(text: string): CountMember[] | null {
  const single = parseNumber(text);
  if (single !== null) return [{ count: single, windowSeconds: null, name: null }];
  const members: CountMember[] = [];
  for (const item of items(text)) {
    if (typeof item[0] !== 'number') return null;
    members.push({
      count: item[0],
      windowSeconds: positive(item[1].get('w')) ?? positive(item[1].get('window')),
      name: textOf(item[1].get('name')),
    });
  }
  return members.length === 0 ? null : members;
}

/** The policies of a `RateLimit-Policy` field; a malformed field has none, a malformed member is left out. */
export function parsePolicies(text: string): QuotaPolicy[] {
  const policies: QuotaPolicy[] = [];
  for (const [value, parameters] of items(text)) {
    const named = typeof value === 'string';
    const quota = count(named ? parameters.get('q') : value);
    if (quota === null) continue;
    policies.push({
      name: named ? value : textOf(parameters.get('name')),
      quota,
      windowSeconds: positive(parameters.get('w')) ?? positive(parameters.get('window')),
      unit: textOf(parameters.get('qu')),
      partitionKey: partitionKey(parameters.get('pk')),
    });
  }
  return policies;
}

/** The `RateLimit` field of drafts 08 to 10; items without a name or without `r` are left out. */
export function parseServiceLimits(text: string): ServiceLimit[] {
  const limits: ServiceLimit[] = [];
  for (const [name, parameters] of items(text)) {
    const remaining = count(parameters.get('r'));
    if (typeof name !== 'string' || remaining === null) continue;
    limits.push({
      name,
      remaining,
      resetSeconds: count(parameters.get('t')),
      partitionKey: partitionKey(parameters.get('pk')),
    });
  }
  return limits;
}

/** The `RateLimit` field of draft 07; null when it is malformed or tells neither limit nor remaining. */
export function parseServiceLimitDictionary(text: string): ServiceLimitDictionary | null {
  try {
    const dictionary = parseDictionary(text);
    const member = (key: string) => count(dictionary.get(key)?.[0]);
    const found = { limit: member('limit'), remaining: member('remaining'), resetSeconds: member('reset') };
    return found.limit === null && found.remaining === null ? null : found;
  } catch {
    return null;
  }
}

/** The items of a List (RFC 9651); none when the field is malformed, as it is then ignored as a whole. */
function items(text: string): Item[] {
  try {
    return parseList(text)
      .slice(0, MOST_MEMBERS)
      .filter((member): member is Item => !Array.isArray(member[0]));
  } catch {
    return [];
  }
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function partitionKey(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value instanceof ArrayBuffer ? Buffer.from(value).toString('base64') : null;
}
