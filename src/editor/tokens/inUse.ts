import type { TokenEntry } from '../../token/manager.ts';

/** How long a token counts as in use after it was sent. */
const IN_USE_MS = 3_600_000;

/** True for tokens used within the hour. */
export function inUse({ lastUsedAtMs }: TokenEntry, nowMs: number): boolean {
  return lastUsedAtMs !== null && nowMs - lastUsedAtMs < IN_USE_MS;
}
