import * as v from 'valibot';
import type { KeyValueStore } from './keyValue.ts';

/** What the person allowed for a token: origins beyond those of its profile, and places that use it. Holds no secret. */
export interface ConsentStore {
  /** Origins such as `https://api.example.com`, in the order they were allowed. */
  allowed(tokenKey: string): Promise<readonly string[]>;
  remember(tokenKey: string, origin: string): Promise<void>;
  /** Forgets all that was allowed for the token, as it is deleted. */
  forget(tokenKey: string): Promise<void>;
  /** Places from which the token may be used; see `TokenPlaces`. */
  places(tokenKey: string): Promise<readonly string[]>;
  rememberPlace(tokenKey: string, place: string): Promise<void>;
}

const KEY_PREFIX = 'consent.';
const PLACES_PREFIX = 'places.';
const listSchema = v.array(v.string());

/** What was stored and is not a list of strings counts as nothing allowed. */
export function createConsentStore(values: KeyValueStore): ConsentStore {
  const read = async (key: string) => {
    const stored = v.safeParse(listSchema, await values.get(key));
    return stored.success ? stored.output : [];
  };
  const add = async (key: string, item: string) => {
    const items = await read(key);
    if (!items.includes(item)) await values.set(key, [...items, item]);
  };
  const allowed = (tokenKey: string) => read(KEY_PREFIX + tokenKey);
  return {
    allowed,
    places: (tokenKey) => read(PLACES_PREFIX + tokenKey),
    rememberPlace: (tokenKey, place) => add(PLACES_PREFIX + tokenKey, place),
    remember: (tokenKey, origin) => add(KEY_PREFIX + tokenKey, origin),
    async forget(tokenKey) {
      await values.set(KEY_PREFIX + tokenKey, undefined);
      await values.set(PLACES_PREFIX + tokenKey, undefined);
    },
  };
}
