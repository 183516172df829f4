import { refreshTokenGrantRequest, processRefreshTokenResponse } from 'oauth4webapi';
import { KeyturnError } from '../base/errors.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import { grantOf } from '../profile/grants/all.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { requireRefreshReceivers } from './receivers/permission.ts';
import type { GrantPerformer, GrantTools } from './grant.ts';
import { asksForOpenId, checkIdToken } from './idToken.ts';
import { errorName } from './server/knownErrors.ts';
import { requireSameSignIn } from './sameSignIn.ts';
import { findServer } from './server/server.ts';
import { signInNeeded } from './signInNeeded.ts';
import { askTokenEndpoint, requestedResource } from './tokenEndpoint.ts';

/** Errors that a new sign-in would meet too. */
const OF_REQUEST = new Set([
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]);

/**
 * Performs a grant; where it would need the person, a refresh token that is held comes first. One that the server
 * refuses leads to a sign-in where a person waits for it, else to `sign_in_needed`.
 */
export async function obtainOrRefresh(
  performer: GrantPerformer,
  profile: TokenProfile,
  context: GrantContext,
  tools: GrantTools,
): Promise<GrantResult> {
  const held = context.refreshToken;
  const { refresh, signIn } = grantOf(performer.grant);
  if (held === null || context.reauthenticate !== null || refresh !== 'refresh_token_first') {
    return performer.obtain(profile, context, tools);
  }
  try {
    return await useRefreshToken(profile, context, tools, held);
  } catch (error) {
    if (!hasEnded(error, profile)) throw error;
    if (signIn !== null && context.signIn === null) throw signInNeeded(profile, error);
    return performer.obtain(profile, context, tools);
  }
}

/**
 * RFC 6749 section 6, for what the person granted, whatever the profile asks for by now. An ID token that is not valid
 * is left out: the refresh token that came with it may be the only one that still works. One of another sign-in is not:
 * what comes with it is another person's, or for another client.
 */
async function useRefreshToken(
  profile: TokenProfile,
  unbound: GrantContext,
  tools: GrantTools,
  held: string,
): Promise<GrantResult> {
  const { signal } = unbound;
  const receivers = await requireRefreshReceivers(profile, unbound, tools);
  const context = boundTo(unbound, receivers);
  const result = await askTokenEndpoint(profile, context, tools, {
    refreshToken: held,
    refused: 'The refresh token has expired, was used before, or was revoked: sign in again.',
    async request({ server, client, options, authenticate }) {
      const authentication = await authenticate();
      return refreshTokenGrantRequest(server, client, authentication, held, {
        ...options,
        additionalParameters: requestedResource(profile),
      });
    },
    process: ({ server, client }, response) => processRefreshTokenResponse(server, client, response),
    async idToken(response, { scope, refresh_token: replaced }) {
      const note = await requireSameSignIn(profile.name, context.idToken, response);
      if (note !== null) context.noted?.(note);
      if (!asksForOpenId(profile.scope) || profile.issuer === null) return null;
      // The keys may take a while to come, and the refresh token that is stored is spent.
      if (replaced !== undefined && replaced !== held) await context.rotated(replaced);
      try {
        const server = await findServer(profile, ['jwks_uri'], signal, tools);
        return await checkIdToken(
          profile,
          server,
          response,
          { nonce: null, maxAge: null, scope },
          context,
          tools,
        );
      } catch {
        return null;
      }
    },
  });
  return withReceivers(result, receivers);
}

/** So that a refresh token which comes without the rest may go to these addresses alone, too. */
export function boundTo(context: GrantContext, receivers: readonly string[] | null): GrantContext {
  return receivers === null
    ? context
    : { ...context, rotated: (refreshToken) => context.rotated(refreshToken, receivers) };
}

/** What was obtained, with the addresses that may get it from then on. */
export function withReceivers(result: GrantResult, receivers: readonly string[] | null): GrantResult {
  return receivers === null ? result : { ...result, receivers };
}

/**
 * True where the server refuses the refresh token. RFC 6749 section 5.2 has `invalid_grant` for it; many servers say
 * `invalid_request`, `invalid_token` or nothing at all. Whatever else is at fault, the sign-in that follows shows it.
 */
function hasEnded(error: unknown, { clientAuthentication }: TokenProfile): boolean {
  if (!(error instanceof KeyturnError)) return false;
  const { code, data } = error;
  const { error: said, status } = data;
  const name = typeof said === 'string' ? errorName(said) : undefined;
  if (code === 'invalid_grant' || (name !== undefined && /^[a-z_]+_required$/.test(name))) return true;
  // Some servers answer every error with 200.
  const refused = status === 400 || status === 401 || (code === 'oauth_error' && isSuccess(status));
  if (!refused) return false;
  if (name !== undefined && (OF_REQUEST.has(name) || isRateLimit(name))) return false;
  // A client that proves nothing cannot be refused for its proof.
  if (code === 'invalid_client') return name === undefined && clientAuthentication === 'none';
  return code === 'oauth_error' || code === 'token_endpoint_failed';
}

function isSuccess(status: unknown): boolean {
  return typeof status === 'number' && status >= 200 && status < 300;
}

function isRateLimit(name: string): boolean {
  return /rate.?limit|too.?many|throttl|quota/i.test(name);
}
