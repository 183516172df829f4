import { compactDecrypt, CompactEncrypt } from 'jose';
import * as v from 'valibot';
import { KeyturnError } from '../../base/errors.ts';
import { readTokenKey, tokenKey } from '../../profile/key.ts';
import { personalProfile } from '../newToken.ts';
import { checkProfile } from '../../profile/check.ts';
import { isValidName } from '../../profile/name.ts';
import type { Token } from '../token.ts';
import { tokenSchema } from '../tokenStore.ts';

/** RFC 7518 section 4.8: the key is made from the passphrase with PBKDF2 and HMAC-SHA-512. */
const ALGORITHM = 'PBES2-HS512+A256KW';
const ENCRYPTION = 'A256GCM';
const ROUNDS = 600_000;
/** A file that asks for more would only keep the processor busy. */
const MOST_ROUNDS = 2_000_000;
const LONGEST_FILE = 20_000_000;
const MOST_TOKENS = 10_000;
const CONTROL = /[\x00-\x1f\x7f]/;

const contentSchema = v.object({
  version: v.literal(1),
  tokens: v.pipe(v.array(tokenSchema), v.maxLength(MOST_TOKENS)),
});

/** Tokens as one JWE in compact form (RFC 7516), which only the passphrase opens. Client secrets are not part of it. */
export async function encryptTokens(tokens: readonly Token[], passphrase: string): Promise<string> {
  const content = { version: 1, tokens };
  const encrypted = await new CompactEncrypt(Buffer.from(JSON.stringify(content)))
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, cty: 'application/json' })
    .setKeyManagementParameters({ p2c: ROUNDS })
    .encrypt(keyOf(passphrase));
  return `${encrypted}\n`;
}

/**
 * The tokens of such a file. Fails with `import_invalid` when the passphrase is wrong, the file was changed, or it is
 * none of ours: the first two cannot be told apart.
 */
export async function decryptTokens(file: string, passphrase: string): Promise<Token[]> {
  const compact = file.length > LONGEST_FILE ? '' : file.trim();
  if (!/^[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+$/.test(compact)) {
    throw invalid('This file is not an export of tokens.', 'Choose a file that Export Tokens wrote.');
  }
  const plaintext = await open(compact, passphrase);
  const parsed = v.safeParse(contentSchema, parseJson(plaintext));
  if (!parsed.success || !parsed.output.tokens.every(isUsable)) {
    throw invalid('The file does not contain tokens.', 'Export them again with this version of Keyturn.');
  }
  return parsed.output.tokens;
}

async function open(compact: string, passphrase: string): Promise<string> {
  try {
    const { plaintext } = await compactDecrypt(compact, keyOf(passphrase), {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
      maxPBES2Count: MOST_ROUNDS,
      maxDecompressedLength: 0,
    });
    return new TextDecoder().decode(plaintext);
  } catch (cause) {
    throw invalid(
      'The passphrase is wrong, or the file was changed.',
      'Try again with the passphrase of the export.',
      cause,
    );
  }
}

/** Different systems write the same letters in different ways. */
function keyOf(passphrase: string): Uint8Array {
  return Buffer.from(passphrase.normalize('NFKC'));
}

/**
 * Names, values, origins and ways to be sent are those that a person could have entered: what was made by hand could
 * otherwise break out of a line or a header, or go where no token may go.
 */
function isUsable(token: Token): boolean {
  const values = [token.accessToken, token.refreshToken, token.idToken, token.tokenType, token.scope];
  if (!isValidName(token.name) || values.some((value) => value !== null && CONTROL.test(value))) return false;
  const profile = personalProfile(token);
  const faults = profile === null ? [] : checkProfile(profile);
  return faults.every(({ severity }) => severity !== 'error') && hasOwnKey(token);
}

/** A token is found under the key that binds it; one that carries the key of another would take its place. */
function hasOwnKey(token: Token): boolean {
  const profile = personalProfile(token);
  if (profile !== null) return tokenKey(profile) === token.key;
  const own = readTokenKey(token.key);
  return own?.name === token.name && own.hash !== '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function invalid(message: string, hint: string, cause?: unknown): KeyturnError {
  return new KeyturnError('import_invalid', message, { hint, ...(cause === undefined ? {} : { cause }) });
}
