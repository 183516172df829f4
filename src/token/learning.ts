import type { TokenCache } from './tokenCache.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { maskedScope } from './registerToken.ts';
import type { Token } from './token.ts';
import type { TokenPersistence } from './tokenPersistence.ts';
import type { LearnedFacts } from './manager.ts';
import type { Turns } from './refresh/turns.ts';

export interface LearningParts {
  readonly options: TokenManagerOptions;
  readonly cache: TokenCache;
  readonly persistence: TokenPersistence;
  readonly turns: Turns;
}

/** Adds what an introspection told to the token that is held and stored, if it is still the one that was asked about. */
export async function learn(
  { options, cache, persistence, turns }: LearningParts,
  profile: TokenProfile,
  accessToken: string,
  facts: LearnedFacts,
  signal: AbortSignal,
): Promise<void> {
  const state = cache.state(profile);
  if (!state.loaded) await cache.load(state);
  const { token } = state;
  if (token?.accessToken !== accessToken) return;
  const scope = maskedScope(options.redactor, facts.scope);
  const learned = withFacts(token, { ...facts, scope }, options.clock.now(), state.clockSkewMs ?? 0);
  if (learned.expiresAtMs === token.expiresAtMs && learned.scope === token.scope) return;
  await turns.hold(
    state.key,
    async (turn) => {
      if (state.token === token) await persistence.amend(state, learned, turn);
    },
    signal,
  );
}

function withFacts(token: Token, facts: LearnedFacts, nowMs: number, clockSkewMs: number): Token {
  const told = facts.expiresAtMs === null ? null : facts.expiresAtMs + clockSkewMs;
  const endMs = token.expiresAtMs ?? told;
  return {
    ...token,
    expiresAtMs: facts.active ? endMs : Math.min(endMs ?? nowMs, nowMs),
    scope: facts.scope ?? token.scope,
  };
}
