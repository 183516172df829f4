import { createHmac, randomBytes } from 'node:crypto';
import type { SecretStore } from '../base/secretStore.ts';

/** Where the key of the fingerprints is kept in the secret store. */
export const AUDIT_KEY = 'audit-key:fingerprint';

const KEY_BYTES = 32;
/** 96 bits: enough to tell tokens apart, nothing to guess a token from. */
const FINGERPRINT_BYTES = 12;

export type AuditSecrets = Pick<SecretStore, 'get' | 'set'>;

/** The key, or null while none was made. Fails as the store does. */
export async function readFingerprintKey(secrets: AuditSecrets): Promise<Buffer | null> {
  const stored = await secrets.get(AUDIT_KEY);
  const key = Buffer.from(stored ?? '', 'base64url');
  return key.length === KEY_BYTES ? key : null;
}

export async function makeFingerprintKey(secrets: AuditSecrets): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  await secrets.set(AUDIT_KEY, key.toString('base64url'));
  return key;
}

/** The same token has the same fingerprint in one log; without the key, tokens cannot be tried against it. */
export function fingerprintOf(accessToken: string, key: Buffer): string {
  const mac = createHmac('sha256', key).update(accessToken).digest();
  return mac.subarray(0, FINGERPRINT_BYTES).toString('base64url');
}
