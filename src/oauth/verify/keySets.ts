import { createLocalJWKSet, errors, type CompactJWSHeaderParameters, type CryptoKey } from 'jose';
import * as v from 'valibot';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { SingleFlight } from '../../base/singleFlight.ts';
import { isObject, type JsonObject } from '../../inspect/claims.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import { readAnswer } from '../server/answerBody.ts';
import { boundedFetch, type Fetch } from '../server/boundedFetch.ts';
import { redirectsWithin, statusWords } from '../server/redirectsWithin.ts';
import { serverText } from '../server/text.ts';
import { VerificationFault } from './fault.ts';

export interface KeySetOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly mask: (text: string) => string;
  readonly timeoutMs: number;
}

type LocalKeySet = ReturnType<typeof createLocalJWKSet>;

/** Keys as a server published them. */
export interface KeySet {
  readonly fetchedAtMs: number;
  /** The keys that fit a header, the likeliest first. Fails with jose's errors. */
  candidates(header: CompactJWSHeaderParameters): Promise<readonly CryptoKey[]>;
}

/** As long as `createRemoteJWKSet` of jose keeps them. */
const LIFETIME_MS = 10 * 60 * 1000;
/** A token with an unknown key makes us ask again, at most this often. */
const COOLDOWN_MS = 30 * 1000;
/** The largest issuers publish a dozen. */
const MOST_KEYS = 100;
/** Without a key id every key of the type fits; more are not tried. */
const MOST_CANDIDATES = 10;

const keySetSchema = v.object({ keys: v.array(v.unknown()) });

/**
 * The key sets (RFC 7517 section 5) of issuers, kept for a while. Asked of a server one at a time, in bounded time
 * and size; no address but the one that the caller trusts is ever asked.
 */
export class KeySets {
  readonly #options: KeySetOptions;
  #known = new Map<string, KeySet>();
  #flights = new SingleFlight<KeySet>();

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** The same sets, asked for with another fetch. */
  through(fetch: Fetch): KeySets {
    const other = new KeySets({ ...this.#options, fetch });
    other.#known = this.#known;
    other.#flights = this.#flights;
    return other;
  }

  /** Fails with a VerificationFault whose code begins with `keys_`, or with `cancelled`. */
  at(url: URL, signal: AbortSignal): Promise<KeySet> {
    const known = this.#known.get(url.href);
    if (known !== undefined && this.#age(known) < LIFETIME_MS) return Promise.resolve(known);
    return this.#fetch(url, signal);
  }

  /** The keys after a rotation; null when these were asked for so lately that they are still the same. */
  newer(than: KeySet, url: URL, signal: AbortSignal): Promise<KeySet | null> {
    const known = this.#known.get(url.href);
    if (known !== undefined && known.fetchedAtMs > than.fetchedAtMs) return Promise.resolve(known);
    return this.#age(than) < COOLDOWN_MS ? Promise.resolve(null) : this.#fetch(url, signal);
  }

  /** A clock that was set back must not make keys live longer. */
  #age({ fetchedAtMs }: KeySet): number {
    const age = this.#options.clock.now() - fetchedAtMs;
    return age < 0 ? Infinity : age;
  }

  #fetch(url: URL, signal: AbortSignal): Promise<KeySet> {
    const ask = async (shared: AbortSignal) => {
      const set = await fetchKeySet(url, shared, this.#options);
      this.#known.set(url.href, set);
      return set;
    };
    return this.#flights.run(url.href, ask, signal);
  }
}

async function fetchKeySet(url: URL, signal: AbortSignal, options: KeySetOptions): Promise<KeySet> {
  const shown = serverText(url.origin + url.pathname, options.mask);
  const subject = `The key endpoint ${shown}`;
  if (!isSecureUrl(url)) {
    throw new VerificationFault('not_verified', 'keys_insecure', `${subject} does not use https.`);
  }
  const ask = redirectsWithin(
    url.origin,
    boundedFetch({ ...options, subject, failed: 'verification_failed', tooLong: 'response_too_large' }),
  );
  let response: Response;
  try {
    response = await ask(url.href, {
      method: 'GET',
      headers: { accept: 'application/json, application/jwk-set+json' },
      body: undefined,
      redirect: 'manual',
      signal,
    });
  } catch (error) {
    if (!(error instanceof KeyturnError) || error.code === 'cancelled') throw error;
    const code = error.code === 'response_too_large' ? 'keys_too_large' : 'keys_unavailable';
    const own = error.code === 'verification_failed' ? error : undefined;
    throw new VerificationFault('not_verified', code, error.message, error.hint ?? null, own);
  }
  if (!response.ok) {
    throw new VerificationFault(
      'not_verified',
      'keys_unavailable',
      `${subject} answered ${statusWords(response, url.href, options.mask)}.`,
    );
  }
  const { members, what } = await readAnswer(response, options.mask);
  const parsed = v.safeParse(keySetSchema, members);
  if (!parsed.success || (parsed.output.keys.length > 0 && !parsed.output.keys.some(isObject))) {
    const answer = members === null ? what : 'JSON';
    throw new VerificationFault(
      'not_verified',
      'keys_invalid',
      `${subject} answered ${answer}, not a key set.`,
    );
  }
  const { keys } = parsed.output;
  if (keys.length > MOST_KEYS) {
    throw new VerificationFault(
      'not_verified',
      'keys_too_many',
      `${subject} publishes ${keys.length} keys; more than ${MOST_KEYS} are not looked at.`,
    );
  }
  return localKeySet(keys, options.clock.now());
}

/** Keys at hand as a key set. Members that are no usable public keys fit nothing. */
export function localKeySet(keys: readonly unknown[], fetchedAtMs: number): KeySet {
  const usable = keys.flatMap((key) => (isObject(key) ? [asKey(key)] : [])).filter(hasType);
  const local = createLocalJWKSet({ keys: usable });
  return { fetchedAtMs, candidates: (header) => candidates(local, header) };
}

/** Without what may be left out and is not as it should be. */
function asKey(key: JsonObject): JsonObject {
  const { key_ops: operations, ...others } = key;
  const given = Object.entries(others).filter(([, value]) => value !== null && value !== '');
  return { ...Object.fromEntries(given), ...(Array.isArray(operations) ? { key_ops: operations } : {}) };
}

function hasType(key: JsonObject): key is JsonObject & { readonly kty: string } {
  return typeof key['kty'] === 'string';
}

async function candidates(
  local: LocalKeySet,
  header: CompactJWSHeaderParameters,
): Promise<readonly CryptoKey[]> {
  try {
    return [await local(header)];
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    const keys: CryptoKey[] = [];
    for await (const key of error) {
      keys.push(key);
      if (keys.length === MOST_CANDIDATES) break;
    }
    return keys;
  }
}
