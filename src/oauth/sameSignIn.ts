import type { JWTPayload } from 'jose';
import { decodeJwt } from 'jose/jwt/decode';
import { KeyturnError } from '../base/errors.ts';
import { isTooDeepJwt } from '../base/jsonDepth.ts';

/** What may not differ, also where only one of the two tokens has it. */
const ALWAYS_THE_SAME = ['iss', 'sub', 'aud'] as const;
/**
 * What a new ID token may leave out, and the one before it too. `auth_time` is not among them, against Core section
 * 12.2: servers write the person's last sign-in anywhere into it, and whom the token is for does not depend on it.
 */
const THE_SAME_WHERE_GIVEN = ['azp', 'nonce'] as const;

/**
 * Refuses the answer to a refresh token whose ID token is not of the sign-in that the held one is of (OpenID Connect
 * Core section 12.2). It is compared before its signature is checked: who the answer says it is for counts, proven or
 * not. Fails with `id_token_mismatch`.
 *
 * @param held The ID token that is held; with null there is nothing to compare with.
 * @param response The answer of the token endpoint, which stays unread.
 * @returns What else changed and is worth noting; null for nothing.
 */
export async function requireSameSignIn(
  tokenName: string,
  held: string | null,
  response: Response,
): Promise<string | null> {
  const before = held === null ? null : claimsOf(held);
  const refreshed = before === null ? null : claimsOf(await idTokenIn(response));
  if (before === null || refreshed === null) return null;
  const claim =
    ALWAYS_THE_SAME.find((name) => asText(before[name]) !== asText(refreshed[name])) ??
    THE_SAME_WHERE_GIVEN.find(
      (name) =>
        before[name] !== undefined &&
        refreshed[name] !== undefined &&
        asText(before[name]) !== asText(refreshed[name]),
    );
  if (claim === undefined) return changedSignInTime(before, refreshed);
  throw new KeyturnError(
    'id_token_mismatch',
    `Couldn't refresh "${tokenName}": the server answered with an ID token of another sign-in, whose claim "${claim}" differs. Keyturn does not use the new tokens. The stored refresh token may be spent.`,
    {
      hint: 'Sign in again. If it happens again, report it to the people who run the server.',
      data: { token: tokenName, claim },
    },
  );
}

function changedSignInTime(before: JWTPayload, refreshed: JWTPayload): string | null {
  const [from, to] = [timeOf(before['auth_time']), timeOf(refreshed['auth_time'])];
  if (from === null || to === null || from === to) return null;
  return `The ID token names another time of the sign-in (auth_time): ${to}, until now ${from}.`;
}

/** Null for what is no time. */
function timeOf(claim: unknown): string | null {
  if (typeof claim !== 'number' || !Number.isFinite(claim)) return null;
  const date = new Date(claim * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

async function idTokenIn(response: Response): Promise<string | null> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const found = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : null;
  return typeof found === 'string' ? found : null;
}

/** Null for what cannot be read here. */
function claimsOf(idToken: string | null): JWTPayload | null {
  try {
    return idToken === null || isTooDeepJwt(idToken) ? null : decodeJwt(idToken);
  } catch {
    return null;
  }
}

/** One audience is the same in a list and without; the order of several says nothing. */
function asText(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.map(String).sort() : [value]);
}
