import {
  authorizationCodeGrantRequest,
  processGenericTokenEndpointResponse,
  type Client,
} from 'oauth4webapi';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantResult } from '../../token/grant.ts';
import type { Redirect } from '../../token/signIn.ts';
import { authorizationRequest, authorizationUrl, joinedScope } from '../authorization/request.ts';
import { checkAuthorizationResponse } from '../authorization/response.ts';
import { authenticateClient } from '../client/authentication.ts';
import type { GrantPerformer } from '../grant.ts';
import { asksForOpenId, checkIdToken, requireIssuer } from '../idToken.ts';
import { neededEndpoints } from '../receivers/receivers.ts';
import { openRedirect } from '../authorization/redirect.ts';
import { addressesOf, findUsableServer } from '../server/server.ts';
import { signInNeeded } from '../signInNeeded.ts';
import { askTokenEndpoint, requestedResource, type TokenExchange } from '../tokenEndpoint.ts';

/** A forgotten page must not leave a port open for ever. */
const LONGEST_SIGN_IN_MS = 15 * 60_000;

/**
 * RFC 6749 section 4.1 with PKCE (RFC 7636): the person signs in with a browser. Fails, beyond what every grant may
 * fail with, with `sign_in_needed`, `authorization_failed`, `access_denied`, `state_mismatch`, `nonce_mismatch` or
 * `id_token_invalid`.
 */
export const authorizationCode: GrantPerformer = {
  grant: 'authorization_code',
  async obtain(profile, context, tools) {
    const { signIn, signal } = context;
    if (signIn === null) throw signInNeeded(profile);
    const openId = asksForOpenId(joinedScope(profile.scope, context.reauthenticate?.scope ?? null));
    if (openId) requireIssuer(profile);
    const server = await findUsableServer(profile, neededEndpoints(profile, context), signal, tools);
    const client: Client = { client_id: profile.clientId ?? '' };
    // Before the browser opens: a code does not live long enough to look for a secret then.
    const authenticator = await authenticateClient(profile, context, tools);
    const redirect = await openRedirect(profile, signIn, signal);
    try {
      const request = await authorizationRequest(profile, context, redirect.uri, tools);
      // A server may quote in its errors what it was sent.
      tools.register(request.state, `state of ${profile.name}`);
      tools.register(request.codeVerifier, `code verifier of ${profile.name}`);
      redirect.expect(request.state);
      await signIn.openBrowser(
        await authorizationUrl(
          { profile, server, client, authenticator, redirectUri: redirect.uri },
          request,
          signal,
          tools,
        ),
      );
      const { state, nonce, maxAge, codeVerifier } = request;
      const address = await comeBack(redirect, signal, tools.clock);
      for (const code of address.searchParams.getAll('code'))
        tools.register(code, `code of ${profile.name}`, addressesOf(server));
      const response = checkAuthorizationResponse(
        address,
        { server, client, state, issuerKnown: profile.issuer !== null },
        tools.mask,
      );
      const exchange: TokenExchange = {
        request: async (endpoint) =>
          authorizationCodeGrantRequest(
            endpoint.server,
            endpoint.client,
            await endpoint.authenticate(),
            response,
            redirect.uri,
            codeVerifier,
            { ...endpoint.options, additionalParameters: requestedResource(profile) },
          ),
        process: (endpoint, answer) =>
          processGenericTokenEndpointResponse(endpoint.server, endpoint.client, answer),
        idToken: async (answer, { scope }) =>
          openId ? checkIdToken(profile, server, answer, { nonce, maxAge, scope }, context, tools) : null,
      };
      return await askTokenEndpoint(profile, context, tools, exchange, () =>
        Promise.resolve(authenticator),
      ).catch(refusedCode);
    } finally {
      redirect.dispose();
    }
  },
};

/** The address that the browser came back with. */
async function comeBack(redirect: Redirect, signal: AbortSignal, clock: Clock): Promise<URL> {
  const late = new AbortController();
  const timer = clock.at(clock.now() + LONGEST_SIGN_IN_MS, () => late.abort());
  try {
    return await redirect.response(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (!late.signal.aborted || signal.aborted) throw error;
    if (redirect.strayed) {
      throw new KeyturnError('state_mismatch', 'The browser returned only with answers to other sign-ins.', {
        cause: error,
        hint: 'Close the other sign-in pages and sign in again.',
      });
    }
    throw new KeyturnError('authorization_failed', 'The browser did not return within 15 minutes.', {
      cause: error,
      hint: 'Sign in again.',
    });
  } finally {
    timer.dispose();
  }
}

/** What `invalid_grant` says here is nothing about a token that is held. */
function refusedCode(error: unknown): Promise<GrantResult> {
  if (!KeyturnError.is(error, 'invalid_grant')) throw error;
  throw new KeyturnError('authorization_failed', error.message, {
    cause: error,
    hint: 'Sign in again: the code had expired, or belongs to another sign-in.',
    data: error.data,
  });
}
