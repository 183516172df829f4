import type { JsonObject } from '../inspect/claims.ts';
import { serverText } from './server/text.ts';

/** What the claims of an ID token are held against. */
export interface ExpectedIdToken {
  readonly issuer: string;
  readonly clientId: string;
  /** Null where the request held none. */
  readonly nonce: string | null;
  /** Seconds since the person last signed in, at most; null: any time. */
  readonly maxAge: number | null;
  /** Seconds since the epoch, as the server counts them. */
  readonly now: number;
}

export interface IdTokenFault {
  readonly claim: string;
  /** What came, for the end of a sentence: `is missing`. */
  readonly came: string;
}

/** Seconds by which the clocks of one server's machines may differ. */
const TOLERANCE = 120;

/**
 * OpenID Connect Core section 3.1.3.7, steps 2 to 5 and 9 to 13. Strict in what protects: for whom, from whom and for
 * which sign-in it is. Times may be text, and `sub` a number: those are the same, however they are written.
 */
export function idTokenFault(
  claims: JsonObject,
  expected: ExpectedIdToken,
  mask: (text: string) => string,
): IdTokenFault | null {
  const fault = (claim: string): IdTokenFault => ({ claim, came: cameAs(claims[claim], mask) });
  const { iss, aud, azp, sub, nonce } = claims;
  const { issuer, clientId, now } = expected;
  if (expected.nonce !== null && nonce !== expected.nonce) return fault('nonce');
  if (iss !== issuer) return fault('iss');
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(clientId)) return fault('aud');
  // A token for several says which of them asked for it.
  if (audiences.length > 1 && azp !== clientId) return fault('azp');
  if (sub === '' || (typeof sub !== 'string' && typeof sub !== 'number')) return fault('sub');
  const expires = seconds(claims['exp']);
  if (expires === null || expires <= now - TOLERANCE) return fault('exp');
  if (seconds(claims['iat']) === null) return fault('iat');
  const starts = claims['nbf'] === undefined ? now : seconds(claims['nbf']);
  if (starts === null || starts > now + TOLERANCE) return fault('nbf');
  if (expected.maxAge === null) return null;
  const signedIn = seconds(claims['auth_time']);
  return signedIn === null || signedIn + expected.maxAge < now - TOLERANCE ? fault('auth_time') : null;
}

/** Null for what is no time. */
function seconds(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,12}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function cameAs(value: unknown, mask: (text: string) => string): string {
  return value === undefined ? 'is missing' : `is ${serverText(JSON.stringify(value), mask, 100)}`;
}
