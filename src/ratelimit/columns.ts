import { type Bucket, EMPTY_BUCKET } from './bucket.ts';
import type { Variant } from './dialects.ts';
import { firstText, type Group, nameOf } from './gather.ts';
import { type CountMember, parseCounts, parsePolicies } from './structured.ts';
import { type Anchors, parseReset, type ResetInstant, saneCount } from './values.ts';

export interface Column {
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly used: number | null;
  readonly reset: ResetInstant | null;
  readonly windowSeconds: number | null;
}

/** Parallel lists, one column a bucket: `Limit: 1, 15000` with `Remaining: 1, 1000`. Null when they are not. */
export function columnsOf(
  group: Group,
  limits: readonly CountMember[] | null,
  anchors: Anchors,
): Column[] | null {
  const counts = (role: 'remaining' | 'used') => {
    const text = firstText(group, role);
    return text?.includes(',') === true ? parseCounts(text) : null;
  };
  const remaining = counts('remaining');
  const used = counts('used');
  const width = Math.max(remaining?.length ?? 0, used?.length ?? 0);
  if (width < 2) return null;
  if (limits !== null && limits.length !== width) return null;
  const policies = parsePolicies(firstText(group, 'policy') ?? '');
  const resetText = group.values.get('reset')?.[0];
  const resets = resetText === undefined ? null : parseCounts(resetText.text);

  const at = (list: readonly CountMember[] | null, column: number, windowSeconds: number | null) => {
    const sameWindow =
      windowSeconds === null ? undefined : list?.find((member) => member.windowSeconds === windowSeconds);
    return (sameWindow ?? list?.[column])?.count ?? null;
  };
  const columns: Column[] = [];
  for (let column = 0; column < width; column++) {
    const limit = saneCount(at(limits, column, null), 'limit');
    const policy =
      policies[column]?.quota === limit ? policies[column] : policies.find((p) => p.quota === limit);
    const windowSeconds = limits?.[column]?.windowSeconds ?? policy?.windowSeconds ?? null;
    const usedCount = saneCount(at(used, column, windowSeconds), 'used');
    const left = saneCount(at(remaining, column, windowSeconds), 'remaining');
    const resetCount = resets?.length === width ? at(resets, column, windowSeconds) : null;
    columns.push({
      limit,
      remaining: left ?? (limit !== null && usedCount !== null ? Math.max(0, limit - usedCount) : null),
      used: usedCount,
      reset: resetCount === null ? null : parseReset(String(resetCount), resetText?.form ?? 'auto', anchors),
      windowSeconds,
    });
  }
  return columns;
}

/** One bucket a column. */
export function columnBuckets(
  group: Group,
  variant: Variant | undefined,
  columns: readonly Column[],
): Bucket[] {
  return columns.map((column, at) => ({
    ...EMPTY_BUCKET,
    ...column,
    root: group.root,
    source: variant?.id ?? group.source,
    name: joinLabel(nameOf(group), variant?.columns?.[at]?.name ?? null),
    windowSeconds: column.windowSeconds ?? variant?.columns?.[at]?.windowSeconds ?? null,
    unit: group.facts.unit ?? null,
  }));
}

function joinLabel(...labels: (string | null)[]): string | null {
  const parts = labels.filter((label) => label !== null);
  return parts.length === 0 ? null : parts.join(' ');
}
