import * as v from 'valibot';
import type { KeyValueStore } from './keyValue.ts';

/** Origins that the person allowed for a token beyond those of its profile. Holds no secret. */
export interface ConsentStore {
  /** Origins such as `https://api.example.com`, in the order they were allowed. */
  allowed(tokenKey: string): Promise<readonly string[]>;
  remember(tokenKey: string, origin: string): Promise<void>;
  /** Forgets one origin, or all of the token's when `origin` is left out. */
  forget(tokenKey: string, origin?: string): Promise<void>;
}

const KEY_PREFIX = 'consent.';
const originsSchema = v.array(v.string());

/** What was stored and is not a list of strings counts as nothing allowed. */
export function createConsentStore(values: KeyValueStore): ConsentStore {
  const allowed = async (tokenKey: string) => {
    const stored = v.safeParse(originsSchema, await values.get(KEY_PREFIX + tokenKey));
    return stored.success ? stored.output : [];
  };
  return {
    allowed,
    async remember(tokenKey, origin) {
      const origins = await allowed(tokenKey);
      if (!origins.includes(origin)) await values.set(KEY_PREFIX + tokenKey, [...origins, origin]);
    },
    async forget(tokenKey, origin) {
      const left = origin === undefined ? [] : (await allowed(tokenKey)).filter((other) => other !== origin);
      await values.set(KEY_PREFIX + tokenKey, left.length === 0 ? undefined : left);
    },
  };
}
