import { refreshTokenGrantRequest, processRefreshTokenResponse } from 'oauth4webapi';
import { KeyturnError } from '../errors.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import type { Grant, TokenProfile } from '../token/profile.ts';
import { authenticateClient } from './clientAuthentication.ts';
import type { GrantPerformer, GrantTools } from './grant.ts';
import { asksForOpenId, checkIdToken } from './idToken.ts';
import { requireSameSignIn } from './sameSignIn.ts';
import { findServer } from './server.ts';
import { signInNeeded } from './signInNeeded.ts';
import { askTokenEndpoint, requestedResource } from './tokenEndpoint.ts';

/** Grants that need the person; the refresh token that one brought spares the next sign-in. */
const SIGN_INS: ReadonlySet<Grant> = new Set<Grant>(['authorization_code', 'device_code']);

/** With a password too: it goes over the wire as seldom as can be. */
const RENEWED: ReadonlySet<Grant> = new Set<Grant>([...SIGN_INS, 'password']);

/** Errors of the token endpoint that only a sign-in can mend; the last three are OpenID Connect's. */
const ENDED = new Set(['invalid_grant', 'interaction_required', 'login_required', 'consent_required']);

/**
 * Performs a grant; where it would need the person, a refresh token that is held comes first. One that the server
 * refuses leads to a sign-in where somebody waits for it, else to `sign_in_needed`.
 */
export async function obtainOrRenew(
  performer: GrantPerformer,
  profile: TokenProfile,
  context: GrantContext,
  tools: GrantTools,
): Promise<GrantResult> {
  const held = context.refreshToken;
  if (held === null || context.reauthenticate !== null || !RENEWED.has(performer.grant)) {
    return performer.obtain(profile, context, tools);
  }
  try {
    return await renew(profile, context, tools, held);
  } catch (error) {
    if (!hasEnded(error)) throw error;
    if (SIGN_INS.has(performer.grant) && context.signIn === null) throw signInNeeded(profile, error);
    return performer.obtain(profile, context, tools);
  }
}

/**
 * RFC 6749 section 6, for what the person granted, whatever the profile asks for by now. An ID token that is not valid
 * is left out: the refresh token that came with it may be the only one that still works. One of another sign-in is not:
 * what comes with it is another person's, or for another client.
 */
function renew(
  profile: TokenProfile,
  context: GrantContext,
  tools: GrantTools,
  held: string,
): Promise<GrantResult> {
  const { signal } = context;
  return askTokenEndpoint(profile, context, tools, {
    async request({ server, client, options }) {
      const authentication = await authenticateClient(profile, context, tools);
      return refreshTokenGrantRequest(server, client, authentication, held, {
        ...options,
        additionalParameters: requestedResource(profile),
      });
    },
    process: ({ server, client }, response) => processRefreshTokenResponse(server, client, response),
    async idToken(response, { scope }) {
      await requireSameSignIn(profile.name, context.idToken, response);
      if (!asksForOpenId(profile.scope) || profile.issuer === null) return null;
      try {
        const server = await findServer(profile, ['jwks_uri'], signal, tools);
        return await checkIdToken(
          profile,
          server,
          response,
          { nonce: null, maxAge: null, scope },
          signal,
          tools,
        );
      } catch {
        return null;
      }
    },
  });
}

function hasEnded(error: unknown): boolean {
  if (KeyturnError.is(error, 'invalid_grant')) return true;
  return KeyturnError.is(error, 'oauth_error') && ENDED.has(String(error.data['error']));
}
