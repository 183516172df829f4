import * as v from 'valibot';
import type { KeyValueStore } from '../base/keyValue.ts';

/** What the person allowed for a token: origins beyond those of its profile, and places that use it. Holds no secret. */
export interface ConsentStore {
  /** Origins such as `https://api.example.com`, in the order they were allowed. */
  allowed(tokenKey: string): Promise<readonly string[]>;
  /** `declaredIn`: location of the file that declares the token; null where none does. */
  remember(tokenKey: string, origin: string, declaredIn: string | null): Promise<void>;
  /** Places from which the token may be used, see `TokenPlaces`; null where it was used nowhere so far. */
  places(tokenKey: string): Promise<readonly string[] | null>;
  rememberPlace(tokenKey: string, place: string): Promise<void>;
  /** All that is allowed, for all tokens. */
  all(): Promise<readonly TokenConsent[]>;
  withdrawOrigin(tokenKey: string, origin: string): Promise<void>;
  /** From then on this place is asked about, even if it was the last one. */
  withdrawPlace(tokenKey: string, place: string): Promise<void>;
  /** Forgets all that was allowed for the token or secret, as it is deleted, and where it went. */
  forget(tokenKey: string): Promise<void>;
}

export interface AllowedOrigin {
  readonly origin: string;
  /** Null for a token that no file declares, and where that was not noted. */
  readonly declaredIn: string | null;
}

export interface TokenConsent {
  readonly tokenKey: string;
  readonly origins: readonly AllowedOrigin[];
  readonly places: readonly string[];
}

/** What a permission about an origin covers, in one line. */
export function originText(origin: string): string {
  return `use at ${origin}`;
}

const KEY_PREFIX = 'consent.';
const PLACES_PREFIX = 'places.';
const RECEIVERS_PREFIX = 'receivers.';
const listSchema = v.array(v.string());
const originsSchema = v.array(
  v.union([
    v.object({ origin: v.string(), declaredIn: v.nullable(v.string()) }),
    // As version 0.1.0 wrote them.
    v.pipe(
      v.string(),
      v.transform((origin): AllowedOrigin => ({ origin, declaredIn: null })),
    ),
  ]),
);

/** What was stored and is no such list counts as nothing allowed. */
export function createConsentStore(values: KeyValueStore): ConsentStore {
  const origins = async (tokenKey: string): Promise<readonly AllowedOrigin[]> => {
    const stored = v.safeParse(originsSchema, await values.get(KEY_PREFIX + tokenKey));
    return stored.success ? stored.output : [];
  };
  const places = async (tokenKey: string): Promise<readonly string[] | null> => {
    const value = await values.get(PLACES_PREFIX + tokenKey);
    if (value === undefined) return null;
    const stored = v.safeParse(listSchema, value);
    return stored.success ? stored.output : [];
  };
  return {
    places,
    allowed: async (tokenKey) => (await origins(tokenKey)).map(({ origin }) => origin),
    async remember(tokenKey, origin, declaredIn) {
      const before = await origins(tokenKey);
      if (before.some((one) => one.origin === origin)) return;
      await values.set(KEY_PREFIX + tokenKey, [...before, { origin, declaredIn }]);
    },
    async rememberPlace(tokenKey, place) {
      const before = (await places(tokenKey)) ?? [];
      if (!before.includes(place)) await values.set(PLACES_PREFIX + tokenKey, [...before, place]);
    },
    async all() {
      const keys = await values.keys();
      const behind = (prefix: string) =>
        keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
      const tokenKeys = new Set([...behind(KEY_PREFIX), ...behind(PLACES_PREFIX)]);
      return Promise.all(
        [...tokenKeys].map(async (tokenKey) => ({
          tokenKey,
          origins: await origins(tokenKey),
          places: (await places(tokenKey)) ?? [],
        })),
      );
    },
    async withdrawOrigin(tokenKey, origin) {
      const left = (await origins(tokenKey)).filter((one) => one.origin !== origin);
      await values.set(KEY_PREFIX + tokenKey, left.length === 0 ? undefined : left);
    },
    async withdrawPlace(tokenKey, place) {
      // An empty list is kept: a token that was used nowhere so far belongs to the place that uses it first.
      const left = ((await places(tokenKey)) ?? []).filter((one) => one !== place);
      await values.set(PLACES_PREFIX + tokenKey, left);
    },
    async forget(tokenKey) {
      await values.set(KEY_PREFIX + tokenKey, undefined);
      await values.set(PLACES_PREFIX + tokenKey, undefined);
      await noteReceivers(values, tokenKey, undefined);
    },
  };
}

/** Where a secret went when it was first used: addresses; null where that was not noted. */
export async function notedReceivers(
  values: KeyValueStore,
  secretKey: string,
): Promise<readonly string[] | null> {
  const stored = v.safeParse(listSchema, await values.get(RECEIVERS_PREFIX + secretKey));
  return stored.success ? stored.output : null;
}

/** Undefined forgets them. */
export function noteReceivers(
  values: KeyValueStore,
  secretKey: string,
  addresses: readonly string[] | undefined,
): Promise<void> {
  return values.set(RECEIVERS_PREFIX + secretKey, addresses);
}
