import { KeyturnError } from '../../base/errors.ts';
import type { HeldTokens } from '../heldTokens.ts';
import { signsIn } from '../../profile/grants/all.ts';
import type { LeaseTurn } from './lease.ts';
import { refreshTokenOf } from './renewal.ts';
import type { Token } from '../token.ts';
import type { TokenKeeper } from '../tokenKeeper.ts';
import type { TokenState } from '../tokenState.ts';

export interface BorrowParts {
  readonly held: HeldTokens;
  readonly keeper: TokenKeeper;
  /** Obtains the token of `state` with this refresh token. */
  readonly obtain: (state: TokenState, refreshToken: string) => Promise<Token>;
}

/**
 * Obtains a token with less scope by the refresh token of the wide one, in the turn of the wide one. RFC 6749 section 6:
 * a refresh token that comes back has the scope of the one that was sent, so it belongs to the wide token and is stored
 * there first; a crash after that costs only the narrow token, which can be had again.
 */
export async function borrow(
  { held, keeper, obtain }: BorrowParts,
  state: TokenState,
  lender: TokenState,
  turn: LeaseTurn,
): Promise<Token> {
  const stored = await keeper.read(lender, turn);
  // What cannot be read may have been replaced, and what is spent twice ends the whole sign-in.
  if (stored.error !== null && lender.unsaved === null) throw stored.error;
  await keeper.adopt(lender, stored);
  const refreshToken = refreshTokenOf(lender);
  if (refreshToken === null) throw nothingToBorrow(lender);
  const obtained = await obtain(state, refreshToken);
  const wide = lender.token;
  if (obtained.refreshToken !== null && obtained.refreshToken !== refreshToken) {
    if (wide === null) lender.presetRefreshToken = obtained.refreshToken;
    // Whoever has the next turn knows what was stored last by its time.
    else await keeper.keep(lender, { ...wide, ...spent(wide, obtained.refreshToken) }, stored, turn);
  }
  const obtainedAtMs = Math.max(obtained.obtainedAtMs, lender.token?.obtainedAtMs ?? 0);
  const token: Token = { ...obtained, refreshToken: null, idToken: null, obtainedAtMs };
  const now = await keeper.read(lender);
  // Removed by a person meanwhile: what waits is served, but nothing comes back to life below it.
  if (stored.token !== null && now.error === null && now.token === null) return token;
  // What came from outside the store leaves nothing in it.
  if (lender.preset) await held.adopt(state, token);
  else await keeper.write(state, token, state.token, ownTurn);
  return token;
}

/** True while the borrowed token is of the same sign-in as the wide one, and not older than that. */
export function isOfLender(state: TokenState, lender: TokenState): boolean {
  return state.token !== null && state.token.obtainedAtMs >= (lender.token?.obtainedAtMs ?? 0);
}

function spent({ obtainedAtMs }: Token, refreshToken: string): Pick<Token, 'refreshToken' | 'obtainedAtMs'> {
  return { refreshToken, obtainedAtMs: obtainedAtMs + 1 };
}

/** The turn is that of the wide token, and its mark speaks of that alone. */
const ownTurn: LeaseTurn = { lastStored: null, stored: () => undefined };

function nothingToBorrow({ profile: { name, grant } }: TokenState): KeyturnError {
  return new KeyturnError(
    'unsupported',
    `The token "${name}" has no refresh token, so it cannot be had with less scope.`,
    {
      hint: signsIn(grant)
        ? 'Ask for offline_access in its scope and sign in again, or declare a token_exchange profile.'
        : 'Add its refresh token, or declare a token_exchange profile.',
      data: { token: name },
    },
  );
}
