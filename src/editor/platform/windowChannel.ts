import { randomBytes } from 'node:crypto';
import { compactDecrypt, CompactEncrypt } from 'jose';
import type { SecretStore } from '../../base/secretStore.ts';

/** Where the key is kept that only windows of this editor have. */
const KEY = 'windows-key';
const KEY_BYTES = 32;

/** Who speaks, and the number that the other side made up for this conversation: what was said once is worth nothing later. */
export interface Speaker {
  readonly from: 'caller' | 'window';
  readonly to: string;
}

/** The key of all windows: made by the first one. Fails as the store does. */
export async function windowsKey(secrets: Pick<SecretStore, 'get' | 'set'>): Promise<Uint8Array> {
  const stored = Buffer.from((await secrets.get(KEY)) ?? '', 'base64url');
  if (stored.length === KEY_BYTES) return stored;
  const key = randomBytes(KEY_BYTES);
  await secrets.set(KEY, key.toString('base64url'));
  return key;
}

export function newNumber(): string {
  return randomBytes(16).toString('hex');
}

/** A JWE (RFC 7516) under the key itself; `number` is what the answer has to be for. */
export function seal(text: string, key: Uint8Array, { from, to }: Speaker, number: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(text))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', from, to, number })
    .encrypt(key);
}

/** Text and number of what `speaker` said. Fails for anything else. */
export async function open(
  jwe: string,
  key: Uint8Array,
  { from, to }: Speaker,
): Promise<{ readonly text: string; readonly number: string }> {
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  const { number } = protectedHeader;
  if (protectedHeader['from'] !== from || protectedHeader['to'] !== to || typeof number !== 'string') {
    throw new Error('The message is for another window.');
  }
  return { text: Buffer.from(plaintext).toString('utf8'), number };
}
