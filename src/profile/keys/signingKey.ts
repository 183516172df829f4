import { importJWK, type CryptoKey } from 'jose';
import { createPrivateKey, type JsonWebKeyInput, type KeyObject, type PrivateKeyInput } from 'node:crypto';
import * as v from 'valibot';
import { KeyturnError } from '../../base/errors.ts';
import type { PrivateFiles } from '../../base/privateFiles.ts';
import type { AskedSecret } from '../key.ts';
import { isSharedAlong, keyFilePath } from './keyFile.ts';
import { privateKeyPem } from './pem.ts';
import type { TokenProfile } from '../profile.ts';
import { registerKey } from './registerKey.ts';

/** A key that signs JWTs, and how. */
export interface SigningKey {
  /** Bytes for HS*. */
  readonly key: CryptoKey | Uint8Array;
  /** `alg` of RFC 7518, such as RS256. */
  readonly algorithm: string;
  readonly keyId: string | null;
}

export interface KeyTools {
  readonly files: PrivateFiles;
  readonly register: (secret: string, label: string) => void;
}

/** A key as text, and where it was found. */
export interface KeyText {
  readonly text: string;
  /** A file may be any file: only what is marked as a key is taken from it. */
  readonly fromFile: boolean;
}

/** No key is longer; a chain of certificates may stand beside it. */
export const MAX_KEY_BYTES = 64 * 1024;
const SMALLEST_RSA_BITS = 2048;
const KINDS = 'Use an RSA, P-256, P-384, P-521 or Ed25519 key.';

const RSA_ALGORITHMS = ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'];
const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const POST_QUANTUM_ALGORITHMS = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'];
const CURVE_ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
};
const ALGORITHMS: ReadonlySet<string> = new Set([
  ...RSA_ALGORITHMS,
  ...HMAC_ALGORITHMS,
  ...POST_QUANTUM_ALGORITHMS,
  ...Object.values(CURVE_ALGORITHMS).flat(),
]);

const text = v.pipe(v.string(), v.minLength(1));
/** RFC 7517 and 7518: what a private key needs, without the members that only say what it is meant for. */
const jwkSchema = v.object({
  kty: text,
  crv: v.exactOptional(text),
  alg: v.exactOptional(text),
  kid: v.exactOptional(text),
  d: v.exactOptional(text),
  n: v.exactOptional(text),
  e: v.exactOptional(text),
  p: v.exactOptional(text),
  q: v.exactOptional(text),
  dp: v.exactOptional(text),
  dq: v.exactOptional(text),
  qi: v.exactOptional(text),
  x: v.exactOptional(text),
  y: v.exactOptional(text),
  k: v.exactOptional(text),
  pub: v.exactOptional(text),
  priv: v.exactOptional(text),
});
const jwkSetSchema = v.object({ keys: v.pipe(v.array(v.unknown()), v.maxLength(100)) });
/** What cloud consoles hand out for service accounts: a PEM inside JSON. */
const serviceAccountSchema = v.object({ private_key: text, private_key_id: v.exactOptional(text) });

type PrivateJwk = v.InferOutput<typeof jwkSchema>;

/** Gives a secret of a profile. Fails with `secret_missing`. */
export interface SecretAsker {
  readonly secret: (kind: AskedSecret) => Promise<string>;
}

/**
 * The key that a profile signs with, from its file or the secret store. `preferred`: algorithms that the other side
 * takes, where neither the profile nor the key says. Fails with `key_invalid`, `file_unreadable`, `secret_missing`,
 * or `profile_invalid` for an algorithm that does not exist; no message holds anything of the key.
 */
export async function signingKey(
  profile: Pick<TokenProfile, 'name' | 'options' | 'declaredIn'>,
  context: SecretAsker,
  tools: KeyTools,
  preferred: readonly string[] = [],
): Promise<SigningKey> {
  const { algorithm, keyId } = profile.options;
  if (algorithm !== null && !ALGORITHMS.has(algorithm)) {
    throw new KeyturnError('profile_invalid', `Keyturn does not sign with the algorithm "${algorithm}".`, {
      hint: `Write one of ${[...ALGORITHMS].join(', ')} as "algorithm".`,
    });
  }
  const given = await readKeyText(profile, context, tools);
  return parseSigningKey(given, { name: profile.name, algorithm, keyId, preferred });
}

/** The text of a profile's key, known to the Redactor. */
export async function readKeyText(
  { name, options, declaredIn }: Pick<TokenProfile, 'name' | 'options' | 'declaredIn'>,
  { secret }: SecretAsker,
  { files, register }: KeyTools,
): Promise<KeyText> {
  const { keyFile } = options;
  if (keyFile === null) {
    const given = await secret('private_key');
    registerKey(given, name, register);
    return { text: given, fromFile: false };
  }
  const path = keyFilePath(keyFile);
  if (path === null || isSharedAlong(path, declaredIn)) {
    throw new KeyturnError('profile_invalid', `The key file of "${name}" is not named by an absolute path.`, {
      hint: 'Move the key file out of the folder of keyturn.json, and write its absolute path or one that starts with ~/.',
    });
  }
  const content = await files.readText(path, MAX_KEY_BYTES);
  registerKey(content, name, register);
  return { text: content, fromFile: true };
}

export interface KeyWish {
  /** Of the profile, for messages. */
  readonly name: string;
  readonly algorithm: string | null;
  readonly keyId: string | null;
  readonly preferred: readonly string[];
}

/** Reads PEM (PKCS#8, PKCS#1, SEC1), a JWK, a set of JWKs or a service account; for HS* any text. */
export async function parseSigningKey(
  { text: given, fromFile }: KeyText,
  wish: KeyWish,
): Promise<SigningKey> {
  const { algorithm, name } = wish;
  const content = withoutMark(given, name);
  const marked = content.startsWith('{') || content.includes('-----BEGIN');
  if (!marked) {
    if (fromFile || algorithm === null || !HMAC_ALGORITHMS.includes(algorithm)) {
      throw invalid(name, 'is neither PEM nor a JWK', 'Use a private key in PEM (PKCS#8) or as a JWK.');
    }
    if (content === '') throw invalid(name, 'is empty', 'Enter the shared secret.');
    return { key: new TextEncoder().encode(content), algorithm, keyId: wish.keyId };
  }
  const jwk = content.startsWith('{') ? fromJson(content, wish) : jwkOfPem(content, name);
  const chosen = chooseAlgorithm(jwk, wish);
  try {
    const key = await importJWK({ ...jwk, alg: chosen }, chosen);
    return { key, algorithm: chosen, keyId: wish.keyId ?? jwk.kid ?? null };
  } catch (cause) {
    throw invalid(
      name,
      'is damaged, or of a type that Keyturn does not support here',
      'Check that it is complete.',
      cause,
    );
  }
}

/** The same as a key for TLS, which needs no algorithm. Fails with `key_invalid`. */
export function parsePrivateKey(given: string, name: string): KeyObject {
  const content = withoutMark(given, name);
  if (!content.startsWith('{'))
    return privateKeyOf({ key: privateKeyPem(content, name), format: 'pem' }, name);
  const jwk = fromJson(content, { name, keyId: null });
  return privateKeyOf({ key: jwk, format: 'jwk' }, name);
}

function withoutMark(text: string, name: string): string {
  if (text.length > MAX_KEY_BYTES)
    throw invalid(name, 'is too long', 'Use a private key in PEM or as a JWK.');
  return text.replace(/^\ufeff/, '').trim();
}

function fromJson(content: string, { name, keyId }: Pick<KeyWish, 'name' | 'keyId'>): PrivateJwk {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    // Without a cause: the parser's message quotes what it read.
    throw invalid(name, 'is not valid JSON', 'Copy the whole JWK again.');
  }
  const account = v.safeParse(serviceAccountSchema, value);
  if (account.success) {
    const { private_key: pem, private_key_id: kid } = account.output;
    return { ...jwkOfPem(pem, name), ...(kid === undefined ? {} : { kid }) };
  }
  const set = v.safeParse(jwkSetSchema, value);
  const candidates = (set.success ? set.output.keys : [value])
    .map((one) => v.safeParse(jwkSchema, one))
    .filter((parsed) => parsed.success)
    .map((parsed) => parsed.output);
  const usable = candidates.filter(
    (jwk) =>
      (jwk.d ?? jwk.k ?? jwk.priv) !== undefined && (!set.success || keyId === null || jwk.kid === keyId),
  );
  const [jwk] = usable;
  if (jwk === undefined) {
    if (candidates.length === 0) throw invalid(name, 'is not a JWK', 'Use a private key in PEM or as a JWK.');
    throw invalid(name, 'holds no private key', 'Use the private key, not the public one.');
  }
  if (usable.length > 1) {
    throw invalid(name, 'is a set of several keys', 'Name the key that signs with "keyId".');
  }
  return jwk;
}

function jwkOfPem(content: string, name: string): PrivateJwk {
  const key = privateKeyOf({ key: privateKeyPem(content, name), format: 'pem' }, name);
  try {
    return v.parse(jwkSchema, key.export({ format: 'jwk' }));
  } catch (cause) {
    throw invalid(name, 'is of a type that cannot sign a JWT', KINDS, cause);
  }
}

function privateKeyOf(input: PrivateKeyInput | JsonWebKeyInput, name: string): KeyObject {
  try {
    return createPrivateKey(input);
  } catch (cause) {
    throw invalid(
      name,
      'is damaged, or of a type that Keyturn does not know',
      'Check that it is complete.',
      cause,
    );
  }
}

function chooseAlgorithm(jwk: PrivateJwk, { name, algorithm, preferred }: KeyWish): string {
  const possible = algorithmsOf(jwk);
  if (possible.length === 0) {
    throw invalid(name, 'is of a type that cannot sign a JWT', KINDS);
  }
  const wanted = algorithm ?? jwk.alg ?? null;
  if (wanted !== null && !possible.includes(wanted)) {
    throw invalid(
      name,
      `does not fit the algorithm ${ALGORITHMS.has(wanted) ? wanted : 'that it names'}`,
      `It signs with ${possible.join(', ')}.`,
    );
  }
  if (jwk.kty === 'RSA' && Buffer.from(jwk.n ?? '', 'base64url').length * 8 < SMALLEST_RSA_BITS) {
    throw invalid(name, `is too short`, `An RSA key needs at least ${SMALLEST_RSA_BITS} bits.`);
  }
  return wanted ?? possible.find((one) => preferred.includes(one)) ?? possible[0] ?? '';
}

function algorithmsOf({ kty, crv, alg }: PrivateJwk): readonly string[] {
  if (kty === 'RSA') return RSA_ALGORITHMS;
  if (kty === 'oct') return HMAC_ALGORITHMS;
  if (kty === 'AKP') return POST_QUANTUM_ALGORITHMS.filter((one) => one === alg);
  return (Object.hasOwn(CURVE_ALGORITHMS, crv ?? '') ? CURVE_ALGORITHMS[crv ?? ''] : undefined) ?? [];
}

function invalid(name: string, what: string, hint: string, cause?: unknown): KeyturnError {
  return new KeyturnError('key_invalid', `The private key of "${name}" ${what}.`, {
    ...(cause === undefined ? {} : { cause }),
    hint,
    data: { token: name },
  });
}
