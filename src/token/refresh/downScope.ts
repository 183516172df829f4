import { KeyturnError } from '../../base/errors.ts';
import type { TokenCache } from '../tokenCache.ts';
import { signsIn } from '../../profile/grants/all.ts';
import type { LeaseTurn } from './lease.ts';
import { refreshTokenOf } from './refreshable.ts';
import type { Token } from '../token.ts';
import type { TokenPersistence } from '../tokenPersistence.ts';
import type { TokenState } from '../tokenState.ts';

export interface DownScopeParts {
  readonly cache: TokenCache;
  readonly persistence: TokenPersistence;
  /** Obtains the token of `state` with this refresh token. */
  readonly obtain: (state: TokenState, refreshToken: string) => Promise<Token>;
}

/**
 * Obtains a token with less scope by the refresh token of the parent token, in the turn of the parent token. RFC 6749 section 6:
 * a refresh token that comes back has the scope of the one that was sent, so it belongs to the parent token and is stored
 * there first; a crash after that costs only the down-scoped token, which can be had again.
 */
export async function downScope(
  { cache, persistence, obtain }: DownScopeParts,
  state: TokenState,
  parent: TokenState,
  turn: LeaseTurn,
): Promise<Token> {
  const stored = await persistence.read(parent, turn);
  // What cannot be read may have been replaced, and what is spent twice ends the whole sign-in.
  if (stored.error !== null && parent.unsaved === null) throw stored.error;
  await persistence.adopt(parent, stored);
  const refreshToken = refreshTokenOf(parent);
  if (refreshToken === null) throw noRefreshToken(parent);
  const obtained = await obtain(state, refreshToken);
  const parentToken = parent.token;
  if (obtained.refreshToken !== null && obtained.refreshToken !== refreshToken) {
    if (parentToken === null) parent.presetRefreshToken = obtained.refreshToken;
    // The next turn knows what was stored last by its time.
    else
      await persistence.keep(
        parent,
        { ...parentToken, ...spent(parentToken, obtained.refreshToken) },
        stored,
        turn,
      );
  }
  const obtainedAtMs = Math.max(obtained.obtainedAtMs, parent.token?.obtainedAtMs ?? 0);
  const token: Token = { ...obtained, refreshToken: null, idToken: null, obtainedAtMs };
  const now = await persistence.read(parent);
  // Removed by a person meanwhile: what waits is served, but nothing comes back to life below it.
  if (stored.token !== null && now.error === null && now.token === null) return token;
  // What came from outside the store leaves nothing in it.
  if (parent.preset) await cache.adopt(state, token);
  else await persistence.write(state, token, state.token, ownTurn);
  return token;
}

/** True while the down-scoped token is of the same sign-in as the parent token, and not older than that. */
export function isOfParent(state: TokenState, parent: TokenState): boolean {
  return state.token !== null && state.token.obtainedAtMs >= (parent.token?.obtainedAtMs ?? 0);
}

function spent({ obtainedAtMs }: Token, refreshToken: string): Pick<Token, 'refreshToken' | 'obtainedAtMs'> {
  return { refreshToken, obtainedAtMs: obtainedAtMs + 1 };
}

/** The turn is that of the parent token, and its mark speaks of that alone. */
const ownTurn: LeaseTurn = { lastStored: null, stored: () => undefined };

function noRefreshToken({ profile: { name, grant } }: TokenState): KeyturnError {
  return new KeyturnError(
    'unsupported',
    `The token "${name}" has no refresh token, so Keyturn cannot obtain it with less scope.`,
    {
      hint: signsIn(grant)
        ? 'Add offline_access to its scope and sign in again, or declare a token_exchange profile.'
        : 'Add its refresh token, or declare a token_exchange profile.',
      data: { token: name },
    },
  );
}
