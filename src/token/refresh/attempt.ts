import type { AuditEvent } from '../../base/auditEvent.ts';
import { asKeyturnError } from '../../base/errors.ts';
import { parseUrl } from '../../base/url.ts';
import { clockSkew } from '../../inspect/clockSkew.ts';
import type { AcquiredToken } from '../acquire.ts';
import type { TokenManagerOptions } from '../managerOptions.ts';
import { issuedToken } from '../newToken.ts';
import { type Attempt, obtainToken } from '../obtainToken.ts';
import { maskedScope, registerToken } from '../registerToken.ts';
import type { Token } from '../token.ts';
import type { TokenPersistence } from '../tokenPersistence.ts';
import type { TokenState } from '../tokenState.ts';
import { grantOf } from '../../profile/grants/all.ts';

export interface AttemptParts {
  readonly options: TokenManagerOptions;
  readonly persistence: TokenPersistence;
  /** The token of a profile that another one names. */
  otherToken(state: TokenState, name: string, signal: AbortSignal): Promise<AcquiredToken>;
}

/** A new token, registered with the redactor and told to the audit, as is a failure; it is not held yet. */
export async function attemptToken(parts: AttemptParts, state: TokenState, attempt: Attempt): Promise<Token> {
  const { options, persistence } = parts;
  const { before, signal } = attempt;
  const { profile } = state;
  const action = before.refreshToken === null ? 'obtained' : 'refreshed';
  let detail: string | null = null;
  try {
    const rotated: Attempt['rotated'] = (refreshToken, receivers) => {
      options.redactor.register(refreshToken, `refresh token of ${profile.name}`);
      return attempt.rotated(refreshToken, receivers);
    };
    const obtained = await obtainToken(
      options,
      state,
      { ...attempt, rotated },
      {
        noted: (note) => (detail = note),
        notSaved: (error) => persistence.notSaved(state, error),
        otherToken: (name) => parts.otherToken(state, name, signal),
      },
    );
    registerToken(options.redactor, profile, obtained);
    const result = { ...obtained, scope: maskedScope(options.redactor, obtained.scope) };
    const now = options.clock.now();
    if (result.serverTimeMs !== undefined) state.clockSkewMs = clockSkew(now, result.serverTimeMs);
    const token = await issuedToken(profile, result, before, now, state.clockSkewMs);
    // A source that is asked at each use mostly says the same again: nothing was obtained then.
    const again =
      grantOf(profile.grant).keptIn === 'memory' && state.token?.accessToken === token.accessToken;
    if (!again) record(options, state, { action, accessToken: token.accessToken, error: null, detail });
    return token;
  } catch (thrown) {
    const error = asKeyturnError(thrown);
    if (error.code !== 'cancelled')
      record(options, state, { action, accessToken: null, error: error.code, detail });
    throw error;
  }
}

function record(
  options: TokenManagerOptions,
  state: TokenState,
  {
    detail,
    ...event
  }: Pick<AuditEvent, 'action' | 'accessToken' | 'error'> & { readonly detail: string | null },
): void {
  const { name, tokenEndpoint, issuer } = state.profile;
  options.audit?.record({
    ...event,
    tokenName: name,
    origin: parseUrl(tokenEndpoint ?? issuer ?? '')?.origin ?? null,
    method: null,
    path: null,
    status: null,
    cause: (state.waiters === 0 ? null : state.cause) ?? 'background',
    ...(detail === null ? {} : { detail }),
  });
}
