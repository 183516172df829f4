import { SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../profile.ts';
import type { SigningKey } from './signingKey.ts';

/** Seconds. */
const DEFAULT_LIFETIME = 300;
/** Latest time a Date can hold, in seconds. */
const LATEST_TIME = 8.64e12;

export type Claims = Readonly<Record<string, unknown>>;

export interface SignedJwt {
  readonly jwt: string;
  /** From `exp`; milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/**
 * Signs the claims of a profile over those that `defaults` brings: one that the profile sets to null is left out.
 * `iat`, `exp` and `jti` are added where they are missing. Fails with `profile_invalid` for a time that is none, and
 * with `key_invalid`.
 */
export async function signProfileJwt(
  { name, options }: Pick<TokenProfile, 'name' | 'options'>,
  signing: SigningKey,
  defaults: Claims,
  nowMs: number,
): Promise<SignedJwt> {
  const now = Math.floor(nowMs / 1000);
  const claims: Record<string, unknown> = { ...defaults, ...options.claims };
  for (const claim of ['iat', 'nbf', 'exp']) {
    if (claims[claim] !== undefined && claims[claim] !== null)
      claims[claim] = timeOf(claim, claims[claim], name);
  }
  const from = typeof claims['iat'] === 'number' ? claims['iat'] : now;
  const exp =
    typeof claims['exp'] === 'number' ? claims['exp'] : from + (options.lifetime ?? DEFAULT_LIFETIME);
  const complete: Claims = { iat: now, jti: randomUUID(), ...claims, exp };
  const kept = Object.entries(complete).filter(([, value]) => value !== null && value !== undefined);
  return { jwt: await signJwt(name, signing, Object.fromEntries(kept)), expiresAtMs: exp * 1000 };
}

/** Signs claims as they are. Fails with `key_invalid`; `name` is the profile's, for messages. */
export async function signJwt(
  name: string,
  { key, algorithm, keyId }: SigningKey,
  claims: Claims,
  header: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    return await new SignJWT(claims)
      .setProtectedHeader({
        alg: algorithm,
        typ: 'JWT',
        ...(keyId === null ? {} : { kid: keyId }),
        ...header,
      })
      .sign(key);
  } catch (cause) {
    throw new KeyturnError('key_invalid', `The private key of "${name}" cannot sign with ${algorithm}.`, {
      cause,
      hint: 'Use another key, or name the algorithm that it is for.',
      data: { token: name },
    });
  }
}

/** NumericDate of RFC 7519. A variable puts it in as text. */
function timeOf(claim: string, value: unknown, name: string): number {
  const time = typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value;
  if (typeof time === 'number' && time >= 0 && time <= LATEST_TIME) return time;
  throw new KeyturnError('profile_invalid', `The claim "${claim}" of "${name}" is not a time.`, {
    hint: 'Write seconds since 1970, or leave it out.',
  });
}
