import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import * as v from 'valibot';
import { localKeySet, type KeySet } from './keySets.ts';
import { VerificationFault } from './fault.ts';

/** A key that a person gave to check signatures with. */
export type VerificationKey =
  | { readonly kind: 'secret'; readonly key: Uint8Array | JWK }
  | { readonly kind: 'public'; readonly key: KeyObject }
  | { readonly kind: 'set'; readonly keys: KeySet };

const jwkSchema = v.looseObject({ kty: v.string() });
const keySetSchema = v.object({ keys: v.pipe(v.array(jwkSchema), v.maxLength(100)) });

/**
 * Reads a verification key: PEM (public key or certificate), JWK, a JWK set, or else the very secret of an HS*
 * algorithm. What looks like a key is never used as such a secret. Fails with a VerificationFault `held_key_invalid`.
 */
export function readVerificationKey(text: string): VerificationKey {
  const trimmed = text.trim();
  if (trimmed.startsWith('-----BEGIN')) {
    return { kind: 'public', key: attempt(() => createPublicKey(trimmed), 'verification') };
  }
  const json = parseObject(trimmed);
  if (json === null) return { kind: 'secret', key: new TextEncoder().encode(text) };
  const set = v.safeParse(keySetSchema, json);
  if (set.success) return { kind: 'set', keys: localKeySet(set.output.keys, 0) };
  const jwk = asJwk(json, 'verification');
  if (jwk.kty === 'oct') return { kind: 'secret', key: jwk };
  return { kind: 'public', key: attempt(() => createPublicKey({ key: jwk, format: 'jwk' }), 'verification') };
}

/** Reads a decryption key: PEM (private key), JWK, or else the secret of a symmetric algorithm. Fails like the other. */
export function readDecryptionKey(text: string): KeyObject | JWK | Uint8Array {
  const trimmed = text.trim();
  if (trimmed.startsWith('-----BEGIN')) return attempt(() => createPrivateKey(trimmed), 'decryption');
  const json = parseObject(trimmed);
  return json === null ? new TextEncoder().encode(text) : asJwk(json, 'decryption');
}

function asJwk(json: unknown, what: string): JWK & { kty: string } {
  const parsed = v.safeParse(jwkSchema, json);
  if (!parsed.success) throw invalid(what);
  return parsed.output;
}

function parseObject(text: string): unknown {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the parser says of a key is not repeated: it may quote it. */
function attempt<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch {
    throw invalid(what);
  }
}

function invalid(what: string): VerificationFault {
  return new VerificationFault(
    'not_verified',
    'held_key_invalid',
    `Couldn't read the stored ${what} key.`,
    'Use PEM, a JWK, or the shared secret itself.',
  );
}
