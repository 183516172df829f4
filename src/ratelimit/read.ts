import { type HeaderList, headerValue } from '../http/message.ts';
import { assemble } from './assemble.ts';
import { type Bucket, toRateLimit } from './bucket.ts';
import { RETRY } from './dialects.ts';
import { type FieldValue, gather } from './gather.ts';
import { IETF_ROOT, readRateLimitField } from './ietf.ts';
import { mergeRepeated } from './merge.ts';
import { PolicyPool } from './policies.ts';
import type { RateLimitReading } from './rateLimit.ts';
import { parsePolicies } from './structured.ts';
import { compareTightness } from './tightness.ts';
import { type Anchors, parseDate, parseNumber, parseWait } from './values.ts';

/** What of a response is needed to read its limits. */
export interface LimitedResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly receivedAtMs: number;
}

export interface BucketReading {
  readonly buckets: readonly Bucket[];
  readonly retryAfterSeconds: number | null;
  readonly headers: HeaderList;
  readonly anchors: Anchors;
}

/**
 * Reads every rate limit that the headers tell, tightest first, and the wait they ask for. Never throws; what
 * makes no sense is null, malformed structured fields are ignored, and so are the limits of a response from a
 * cache (`Age` above 0), which are those of an earlier request.
 */
export function readRateLimits(response: LimitedResponse): RateLimitReading {
  const { buckets, retryAfterSeconds, headers } = readBuckets(response);
  return { limits: buckets.map(toRateLimit).sort(compareTightness), retryAfterSeconds, headers };
}

/** The same, with what waiting needs to know besides. */
function readBuckets({ headers, receivedAtMs }: LimitedResponse): BucketReading {
  const date = headerValue(headers, 'date');
  const anchors: Anchors = { receivedAtMs, dateMs: date === null ? null : parseDate(date) };
  const age = parseNumber(headerValue(headers, 'age') ?? '');
  const gathered = gather(headers, age === null || age <= 0);
  const policies = new PolicyPool(gathered.policyField === null ? [] : parsePolicies(gathered.policyField));
  const buckets = [
    ...readRateLimitField(gathered.rateLimitField, policies, anchors),
    ...assemble(gathered, policies, anchors),
  ];
  const policyOnly = policies.rest(IETF_ROOT, 'ietf-policy');
  return {
    buckets: mergeRepeated([...buckets, ...policyOnly], anchors),
    retryAfterSeconds: readWait(gathered.retries, anchors),
    headers: headers.filter(([name]) => gathered.names.has(name.toLowerCase())),
    anchors,
  };
}

const RETRY_HEADERS = Object.keys(RETRY.headers);

/** The wait asked of the whole response: the more exact headers first, those of single buckets last. */
function readWait(retries: readonly FieldValue[], anchors: Anchors): number | null {
  if (retries.length === 0) return null;
  for (const header of RETRY_HEADERS) {
    const value = retries.find((retry) => retry.header === header);
    const seconds = value === undefined ? null : waitOf(value, anchors);
    if (seconds !== null) return seconds;
  }
  const others = retries
    .filter(({ header }) => !RETRY_HEADERS.includes(header))
    .map((retry) => waitOf(retry, anchors))
    .filter((seconds) => seconds !== null);
  return others.length === 0 ? null : Math.max(...others);
}

/** The longest, when the header came more than once. */
function waitOf({ text, form }: FieldValue, anchors: Anchors): number | null {
  const whole = parseWait(text, form, anchors);
  if (whole !== null || !text.includes(',')) return whole;
  const waits = text
    .split(',', 20)
    .map((part) => parseWait(part, form, anchors))
    .filter((seconds) => seconds !== null);
  return waits.length === 0 ? null : Math.max(...waits);
}
