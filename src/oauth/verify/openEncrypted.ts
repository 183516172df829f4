import { compactDecrypt } from 'jose';
import { parseExactJson } from '../../base/exactJson.ts';
import { isObject, type JsonObject } from '../../inspect/claims.ts';
import { readDecryptionKey } from './heldKey.ts';
import { VerificationFault } from './fault.ts';

/** What an encrypted token holds: a signed one, or claims. */
export type Opened =
  { readonly jwt: string; readonly claims: null } | { readonly jwt: null; readonly claims: JsonObject };

/** Opens a JWE in compact serialization (RFC 7516). Fails with a VerificationFault. */
export async function openEncrypted(jwe: string, keyText: string | null): Promise<Opened> {
  if (keyText === null) {
    throw new VerificationFault(
      'not_verified',
      'key_missing',
      'The token is encrypted, and Keyturn has no key to decrypt it.',
      'Set the decryption key of this token, or introspect it.',
    );
  }
  const key = readDecryptionKey(keyText);
  const text = await compactDecrypt(jwe, key).then(
    ({ plaintext }) => new TextDecoder().decode(plaintext),
    () => {
      throw new VerificationFault(
        'not_verified',
        'decryption_failed',
        "Couldn't decrypt the token with the stored decryption key.",
        'Check that the key is the right one for this token.',
      );
    },
  );
  if (/^ey[\w-]*\.[\w-]+\.[\w-]*$/.test(text)) return { jwt: text, claims: null };
  const claims = parse(text);
  if (!isObject(claims)) {
    throw new VerificationFault(
      'invalid',
      'unreadable',
      'The encrypted token contains neither a JWT nor claims.',
    );
  }
  return { jwt: null, claims };
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return null;
  }
}
