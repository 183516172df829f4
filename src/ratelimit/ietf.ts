import type { PolicyPool } from './policies.ts';
import { type Bucket, EMPTY_BUCKET } from './bucket.ts';
import { parseServiceLimitDictionary, parseServiceLimits } from './structured.ts';
import { type Anchors, parseReset } from './values.ts';

/** The structured fields stand apart from `RateLimit-Limit` and its like, which some servers send besides. */
export const IETF_ROOT = 'RateLimit';

/** Buckets of the `RateLimit` field of drafts 07 (a dictionary) and 08 to 10 (a list), with their policies. */
export function readRateLimitField(field: string | null, policies: PolicyPool, anchors: Anchors): Bucket[] {
  if (field === null) return [];
  const resetAfter = (seconds: number | null) =>
    seconds === null ? null : parseReset(String(seconds), 'auto', anchors);
  if (!field.startsWith('"')) {
    const dictionary = parseServiceLimitDictionary(field);
    if (dictionary === null) return [];
    const policy = policies.takeByQuota(dictionary.limit, dictionary.resetSeconds);
    return [
      {
        ...EMPTY_BUCKET,
        root: IETF_ROOT,
        source: 'ietf-07',
        name: policy?.name ?? null,
        limit: dictionary.limit,
        remaining: dictionary.remaining,
        reset: resetAfter(dictionary.resetSeconds),
        windowSeconds: policy?.windowSeconds ?? null,
        unit: policy?.unit ?? null,
        partitionKey: policy?.partitionKey ?? null,
      },
    ];
  }
  return parseServiceLimits(field).map((item) => {
    const policy = policies.takeByName(item.name, item.partitionKey);
    return {
      ...EMPTY_BUCKET,
      root: IETF_ROOT,
      source: 'ietf-08',
      name: item.name,
      limit: policy?.quota ?? null,
      remaining: item.remaining,
      reset: resetAfter(item.resetSeconds),
      windowSeconds: policy?.windowSeconds ?? null,
      unit: policy?.unit ?? null,
      partitionKey: item.partitionKey ?? policy?.partitionKey ?? null,
    };
  });
}
