import { calculateJwkThumbprint, exportJWK, type CryptoKey, type JWK, type KeyObject } from 'jose';

const known = new WeakMap<object, Promise<string | null>>();

/** RFC 7638 with SHA-256; null for a shared secret, which its hash would give away (section 7 there). */
export function thumbprintOf(key: CryptoKey | KeyObject | JWK | Uint8Array): Promise<string | null> {
  let thumbprint = known.get(key);
  if (thumbprint === undefined) known.set(key, (thumbprint = calculate(key)));
  return thumbprint;
}

async function calculate(key: CryptoKey | KeyObject | JWK | Uint8Array): Promise<string | null> {
  if (key instanceof Uint8Array) return null;
  try {
    const jwk = 'type' in key ? await exportJWK(key) : key;
    return jwk.kty === 'oct' ? null : await calculateJwkThumbprint(jwk);
  } catch {
    // A key that its maker does not let out.
    return null;
  }
}
