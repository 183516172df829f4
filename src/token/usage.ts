import * as v from 'valibot';
import type { KeyValueStore } from '../base/keyValue.ts';

/** When each token was last used, kept between sessions. Holds no secret. */
export interface UsageRecord {
  /** Milliseconds since the epoch; null when never used. */
  lastUsedAtMs(tokenKey: string): Promise<number | null>;
  used(tokenKey: string, atMs: number): Promise<void>;
}

const KEY_PREFIX = 'used.';
const timeSchema = v.pipe(v.number(), v.finite(), v.minValue(0));

export function createUsageRecord(values: Pick<KeyValueStore, 'get' | 'set'>): UsageRecord {
  return {
    async lastUsedAtMs(tokenKey) {
      const stored = v.safeParse(timeSchema, await values.get(KEY_PREFIX + tokenKey));
      return stored.success ? stored.output : null;
    },
    used: (tokenKey, atMs) => values.set(KEY_PREFIX + tokenKey, atMs),
  };
}
