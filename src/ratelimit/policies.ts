import { type Bucket, EMPTY_BUCKET } from './bucket.ts';
import type { QuotaPolicy } from './structured.ts';

/** Policies that wait for the bucket they belong to; those that never find it are buckets of their own. */
export class PolicyPool {
  readonly #policies: readonly QuotaPolicy[];
  readonly #taken = new Set<QuotaPolicy>();

  constructor(policies: readonly QuotaPolicy[]) {
    this.#policies = policies;
  }

  get isEmpty(): boolean {
    return this.#policies.length === 0;
  }

  /** The policy of that quota; among several the shortest window that the reset still fits into. */
  takeByQuota(quota: number | null, resetSeconds: number | null): QuotaPolicy | null {
    if (quota === null) return null;
    const fitting = this.#policies
      .filter((policy) => policy.quota === quota)
      .sort((a, b) => (a.windowSeconds ?? Infinity) - (b.windowSeconds ?? Infinity));
    const found =
      fitting.find(({ windowSeconds }) => (windowSeconds ?? Infinity) + 1 >= (resetSeconds ?? 0)) ??
      fitting[0];
    return this.#take(found);
  }

  /** The policy of that name; a partition key counts when both have one. */
  takeByName(name: string, partitionKey: string | null): QuotaPolicy | null {
    const named = this.#policies.filter((policy) => policy.name === name);
    return this.#take(
      named.find((policy) => policy.partitionKey === partitionKey) ??
        named.find((policy) => policy.partitionKey === null || partitionKey === null),
    );
  }

  #take(policy: QuotaPolicy | undefined): QuotaPolicy | null {
    if (policy === undefined) return null;
    this.#taken.add(policy);
    return policy;
  }

  /** The policies that no bucket took. */
  rest(root: string, source: string): Bucket[] {
    return this.#policies
      .filter((policy) => !this.#taken.has(policy))
      .map((policy) => ({
        ...EMPTY_BUCKET,
        root,
        source,
        name: policy.name,
        limit: policy.quota,
        windowSeconds: policy.windowSeconds,
        unit: policy.unit,
        partitionKey: policy.partitionKey,
      }));
  }
}
