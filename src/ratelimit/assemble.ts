import { type Bucket, tellsQuota } from './bucket.ts';
import { columnBuckets, columnsOf } from './columns.ts';
import { type Variant, VARIANTS } from './dialects.ts';
import { firstText, type Gathered, type Group, nameOf } from './gather.ts';
import { PolicyPool } from './policies.ts';
import { type CountMember, parseCounts, parsePolicies, type QuotaPolicy } from './structured.ts';
import {
  type Anchors,
  parseNumber,
  parseReset,
  parseWindow,
  type ResetInstant,
  saneCount,
} from './values.ts';

/** Buckets of the header families and vendors. `ietfPolicies` are those of the `RateLimit-Policy` field. */
export function assemble(gathered: Gathered, ietfPolicies: PolicyPool, anchors: Anchors): Bucket[] {
  const buckets: Bucket[] = [];
  for (const group of gathered.groups) {
    const variant = VARIANTS.find(({ root, sign }) => root === group.root && gathered.names.has(sign));
    buckets.push(...bucketsOf(group, variant, ietfPolicies, anchors));
  }
  return attachLooseResets(buckets.filter((bucket) => tellsQuota(bucket) || bucket.reset !== null));
}

function bucketsOf(
  group: Group,
  variant: Variant | undefined,
  ietfPolicies: PolicyPool,
  anchors: Anchors,
): Bucket[] {
  const limitText = firstText(group, 'limit');
  const limits = limitText === null ? null : parseCounts(limitText);
  const columns = columnsOf(group, limits, anchors);
  if (columns !== null) return columnBuckets(group, variant, columns);

  const reset = resetOf(group, anchors);
  const policies = ownPolicies(group, limits);
  const pool = policies.length > 0 || group.root !== 'ratelimit' ? new PolicyPool(policies) : ietfPolicies;
  const limit = saneCount(limits?.[0]?.count ?? null, 'limit');
  const policy = pool.takeByQuota(limit, secondsUntil(reset, anchors));
  const name = nameOf(group) ?? policy?.name ?? null;
  const constants = variant?.buckets?.[name ?? ''];
  const bucket: Bucket = {
    root: group.root,
    source: variant?.id ?? sourceOf(group, policies.length > 0, ietfPolicies),
    name,
    limit,
    ...countsOf(group, limit),
    reset,
    // AspNetCoreRateLimit puts the period where others put the limit: `X-Rate-Limit-Limit: 1h`.
    windowSeconds:
      windowOf(group) ??
      policy?.windowSeconds ??
      limits?.[0]?.windowSeconds ??
      (limits === null && limitText !== null ? parseWindow(limitText, 'auto') : null) ??
      constants?.windowSeconds ??
      group.facts.windowSeconds ??
      null,
    unit: policy?.unit ?? group.facts.unit ?? null,
    partitionKey: policy?.partitionKey ?? null,
  };
  return [percentage(group, bucket), ...(pool === ietfPolicies ? [] : pool.rest(group.root, bucket.source))];
}

function sourceOf(group: Group, hasPolicies: boolean, ietfPolicies: PolicyPool): string {
  if (group.root !== 'ratelimit') return group.source;
  if (hasPolicies) return 'ietf-03';
  return ietfPolicies.isEmpty ? group.source : 'ietf-06';
}

/** `RateLimit-Limit: 100, 100;w=60`: the members with a window are policies; so is a policy header of the root. */
function ownPolicies(group: Group, limits: readonly CountMember[] | null): QuotaPolicy[] {
  const header = firstText(group, 'policy');
  const listed = (limits ?? [])
    .filter(
      (member) =>
        (member.windowSeconds !== null || member.name !== null) && saneCount(member.count, 'limit') !== null,
    )
    .map(({ count, windowSeconds, name }) => ({
      name,
      quota: count,
      windowSeconds,
      unit: null,
      partitionKey: null,
    }));
  return header === null ? listed : [...listed, ...parsePolicies(header)];
}

function countsOf(group: Group, limit: number | null): Pick<Bucket, 'remaining' | 'used'> {
  const used = saneCount(firstCount(group, 'used'), 'used');
  const remaining = saneCount(firstCount(group, 'remaining'), 'remaining');
  // Where only the use is told, what is left is plain arithmetic.
  const derived = remaining ?? (limit !== null && used !== null ? Math.max(0, limit - used) : null);
  return { remaining: derived ?? group.facts.remaining ?? null, used };
}

function firstCount(group: Group, role: 'remaining' | 'used'): number | null {
  const text = firstText(group, role);
  return text === null ? null : (parseCounts(text)?.[0]?.count ?? null);
}

/** A use that is told as a share becomes percent of 100. */
function percentage(group: Group, bucket: Bucket): Bucket {
  const value = group.values.get('used')?.[0];
  if (value?.form !== 'ratio') return bucket;
  const ratio = parseNumber(value.text);
  // A share may pass 1 a little; thousands of times the quota is no measurement.
  if (ratio === null || ratio < 0 || ratio > 1000) return { ...bucket, used: null, remaining: null };
  const used = Math.round(ratio * 10_000) / 100;
  return {
    ...bucket,
    limit: 100,
    used,
    remaining: Math.round(Math.max(0, 100 - used) * 100) / 100,
    unit: 'percent',
  };
}

function windowOf(group: Group): number | null {
  for (const { text, form } of group.values.get('window') ?? []) {
    const seconds = parseWindow(text, form);
    if (seconds !== null) return seconds;
  }
  return null;
}

/** The reset; where several headers tell it, one that counts from now needs no agreement of the clocks. */
function resetOf(group: Group, anchors: Anchors): ResetInstant | null {
  const resets = (group.values.get('reset') ?? [])
    .map(({ text, form }) => parseReset(withoutParameters(text), form, anchors))
    .filter((reset) => reset !== null);
  return resets.find((reset) => !reset.absolute) ?? resets[0] ?? null;
}

/** `47;w=60` and `5, 5` (two lines that say the same) are 47 and 5; dates keep their comma. */
function withoutParameters(text: string): string {
  if (!/^\d/.test(text) || !/[,;]/.test(text)) return text;
  const count = parseCounts(text)?.[0]?.count;
  return count === undefined ? text : String(count);
}

function secondsUntil(reset: ResetInstant | null, anchors: Anchors): number | null {
  if (reset === null) return null;
  const fromMs = reset.absolute ? (anchors.dateMs ?? anchors.receivedAtMs) : anchors.receivedAtMs;
  return (reset.atMs - fromMs) / 1000;
}

/**
 * A reset beside named buckets of the same root, itself without a name or a count: it belongs to the one bucket
 * there is, and to none of several.
 */
function attachLooseResets(buckets: readonly Bucket[]): Bucket[] {
  const result: Bucket[] = [];
  for (const bucket of buckets) {
    const others = buckets.filter((other) => other.root === bucket.root && tellsQuota(other));
    const loose = buckets.find(
      (other) => other.root === bucket.root && other.name === null && !tellsQuota(other),
    );
    if (!tellsQuota(bucket)) {
      if (others.length === 0) result.push(bucket);
    } else if (bucket.reset === null && loose !== undefined && others.length === 1) {
      result.push({ ...bucket, reset: loose.reset });
    } else {
      result.push(bucket);
    }
  }
  return result;
}
