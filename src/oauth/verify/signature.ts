import {
  errors,
  jwtVerify,
  type CompactJWSHeaderParameters,
  type CryptoKey,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
  type KeyObject,
} from 'jose';
import { KeyturnError } from '../../base/errors.ts';
import type { VerificationKey } from './heldKey.ts';
import type { KeySet, KeySets } from './keySets.ts';
import type { ClaimFailure } from './claimChecks.ts';
import { VerificationFault } from './fault.ts';

/** Where the key of a signature is looked for. */
export type KeySource =
  | { readonly kind: 'remote'; readonly url: URL; readonly keySets: KeySets }
  | { readonly kind: 'held'; readonly held: VerificationKey };

/** Headers with which a token names its own key (RFC 7515 section 4.1); none of them is ever followed. */
const KEY_HEADERS = ['jku', 'jwk', 'x5u', 'x5c'] as const;

type AnyKey = CryptoKey | KeyObject | JWK | Uint8Array;

export interface GoodSignature {
  readonly header: CompactJWSHeaderParameters;
  readonly payload: JWTPayload;
  readonly key: AnyKey;
  /** Address of the key set; null for a key that is held. */
  readonly from: URL | null;
  /** The first claim that is not as `options` want it; the signature is good all the same. */
  readonly failure: ClaimFailure | null;
}

/** What has been looked up so far: jose reads the header on its way to the key, so it is read once. */
interface Lookup {
  header: CompactJWSHeaderParameters | null;
  source: KeySource | null;
  /** Of a server. */
  set: KeySet | null;
  keys: readonly AnyKey[];
  key: AnyKey | null;
}

/**
 * Checks a signature with the keys of the source that is chosen by the header. A server's keys are asked for once more
 * when none of them fits, since it may have new ones. Fails with a VerificationFault, with `cancelled`, or with jose's own
 * errors: `signatureFault` says what they mean.
 */
export async function checkSignature(
  jwt: string,
  sourceFor: (header: CompactJWSHeaderParameters) => KeySource | Promise<KeySource>,
  options: JWTVerifyOptions,
  signal: AbortSignal,
): Promise<GoodSignature> {
  const lookup: Lookup = { header: null, source: null, set: null, keys: [], key: null };
  try {
    return await tryKeys(jwt, lookup, sourceFor, options, signal);
  } catch (error) {
    const { source, set } = lookup;
    if (!mayBeRotated(error) || set === null || source?.kind !== 'remote') throw error;
    lookup.set = await source.keySets.newer(set, source.url, signal);
    if (lookup.set === null) throw error;
    return tryKeys(jwt, lookup, sourceFor, options, signal);
  }
}

async function tryKeys(
  jwt: string,
  lookup: Lookup,
  sourceFor: (header: CompactJWSHeaderParameters) => KeySource | Promise<KeySource>,
  options: JWTVerifyOptions,
  signal: AbortSignal,
): Promise<GoodSignature> {
  for (let index = 0; ; index++) {
    const keyFor = async (header: CompactJWSHeaderParameters): Promise<AnyKey> => {
      lookup.header = header;
      if (index === 0) await findKeys(lookup, header, sourceFor, signal);
      const key = lookup.keys[index];
      if (key === undefined) throw new errors.JWKSNoMatchingKey();
      lookup.key = key;
      return key;
    };
    try {
      const { payload } = await jwtVerify(jwt, keyFor, options);
      return goodSignature(lookup, payload, null);
    } catch (error) {
      // These come after the signature was found good.
      if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
        return goodSignature(lookup, error.payload, error);
      }
      const last = index + 1 >= lookup.keys.length;
      if (last || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
}

async function findKeys(
  lookup: Lookup,
  header: CompactJWSHeaderParameters,
  sourceFor: (header: CompactJWSHeaderParameters) => KeySource | Promise<KeySource>,
  signal: AbortSignal,
): Promise<void> {
  const source = (lookup.source ??= await sourceFor(header));
  if (source.kind === 'remote') {
    lookup.set ??= await source.keySets.at(source.url, signal);
    lookup.keys = await lookup.set.candidates(header);
  } else if (source.held.kind === 'set') {
    lookup.keys = await source.held.keys.candidates(header);
  } else {
    lookup.keys = [source.held.key];
  }
}

function goodSignature(
  { header, key, source }: Lookup,
  payload: JWTPayload,
  failure: ClaimFailure | null,
): GoodSignature {
  if (header === null || key === null) throw new TypeError('A signature was checked without a key.');
  return { header, key, payload, failure, from: source?.kind === 'remote' ? source.url : null };
}

/** True when other keys might fit: the issuer may have new ones, even under the same key id. */
function mayBeRotated(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
}

/** What an error of `checkSignature` means for a token with this header. `held`: the key was given by a person. */
export function signatureFault(error: unknown, header: CompactJWSHeaderParameters, held: boolean): unknown {
  if (error instanceof VerificationFault || error instanceof KeyturnError) return error;
  const own = KEY_HEADERS.find((name) => header[name] !== undefined);
  const whose = held ? 'the stored key' : "the issuer's keys";
  if (mayBeRotated(error) && own !== undefined) {
    return new VerificationFault(
      'invalid',
      'key_untrusted',
      `The token names a key of its own ("${own}"), which is never used, and ${whose} did not sign it.`,
    );
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return new VerificationFault(
      'invalid',
      'key_unknown',
      held
        ? 'None of the stored keys can have signed the token.'
        : 'None of the keys that the issuer publishes can have signed the token.',
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new VerificationFault(
      'invalid',
      'signature_invalid',
      `The signature does not fit ${whose}: the token was changed, or signed with another key.`,
    );
  }
  if (header.crit !== undefined && error instanceof errors.JOSEError) {
    return new VerificationFault(
      'invalid',
      'header_unsupported',
      'The token demands an extension ("crit") that is not known here.',
    );
  }
  if (error instanceof errors.JOSENotSupported || error instanceof errors.JOSEAlgNotAllowed) {
    return new VerificationFault(
      'not_verified',
      'algorithm_unsupported',
      'The algorithm of the signature is not supported.',
    );
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return new VerificationFault('invalid', 'unreadable', 'The token cannot be read.');
  }
  if (error instanceof errors.JWKSInvalid) {
    return new VerificationFault('not_verified', 'keys_invalid', 'The key set of the issuer is not valid.');
  }
  return held
    ? new VerificationFault(
        'not_verified',
        'held_key_invalid',
        'The stored key does not fit the algorithm of the signature.',
      )
    : new VerificationFault(
        'not_verified',
        'key_unusable',
        "The issuer's key does not fit the algorithm, or is too weak.",
      );
}
