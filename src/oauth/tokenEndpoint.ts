import {
  allowInsecureRequests,
  customFetch,
  isDPoPNonceError,
  type AuthorizationServer,
  type Client,
  type DPoPHandle,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { KeyturnError } from '../errors.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import type { TokenProfile } from '../token/profile.ts';
import { boundedFetch, type BoundedFetch } from './boundedFetch.ts';
import { serverText, tokenEndpointFailure } from './failure.ts';
import type { GrantTools } from './grant.ts';
import { endpointUrl, findServer } from './server.ts';

/** What a grant needs to ask a token endpoint with `oauth4webapi`. */
export interface TokenEndpoint {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly options: {
    readonly signal: AbortSignal;
    readonly [customFetch]: BoundedFetch;
    readonly [allowInsecureRequests]: boolean;
    /** Proofs for a profile with `dpop` (RFC 9449 section 5). */
    readonly DPoP?: DPoPHandle;
  };
}

/** A request to a token endpoint and the check of its answer, as `oauth4webapi` pairs them. */
export interface TokenExchange {
  request(endpoint: TokenEndpoint): Promise<Response>;
  process(endpoint: TokenEndpoint, response: Response): Promise<TokenEndpointResponse>;
  /**
   * Checks the ID token of an answer whose other parts are in order; null when there is none. Without this, and to
   * `process`, an answer has no ID token.
   */
  idToken?(response: Response, tokens: TokenEndpointResponse): Promise<string | null>;
}

/** Latest time a Date can hold; a lifetime beyond it says nothing. */
const LATEST_TIME_MS = 8.64e15;

/** Finds the token endpoint, asks it and reads what it says; every failure gets its code here. */
export async function askTokenEndpoint(
  profile: TokenProfile,
  context: GrantContext,
  tools: GrantTools,
  exchange: TokenExchange,
): Promise<GrantResult> {
  const server = await findServer(profile, ['token_endpoint'], context.signal, tools);
  const url = endpointUrl(server, 'token_endpoint', tools.mask);
  const shown = url.origin + url.pathname;
  const endpoint: TokenEndpoint = {
    server,
    // Never sent where there is none: the library wants to have one.
    client: { client_id: profile.clientId ?? 'none' },
    options: {
      signal: context.signal,
      [customFetch]: boundedFetch({
        ...tools,
        subject: `The token endpoint ${shown}`,
        failed: 'token_endpoint_failed',
        tooLong: 'token_response_invalid',
      }),
      [allowInsecureRequests]: url.protocol === 'http:',
      ...(profile.options.dpop ? { DPoP: await tools.dpop.of(profile, context) } : {}),
    },
  };
  let nonceAsked = false;
  let clockAsked = false;
  for (;;) {
    const askedAtMs = tools.clock.now();
    let response: Response | null = null;
    let clockCorrected = false;
    try {
      const answer = await exchange.request(endpoint);
      clockCorrected = tools.clocks.learn(url, answer.headers.get('date'), askedAtMs);
      response = await withoutUnused(answer.clone());
      const tokens = await exchange.process(endpoint, response.clone());
      const result = asResult(tokens, askedAtMs, profile);
      const idToken = (await exchange.idToken?.(answer, tokens)) ?? null;
      const serverTimeMs = Date.parse(answer.headers.get('date') ?? '');
      return { ...result, idToken, ...(Number.isNaN(serverTimeMs) ? {} : { serverTimeMs }) };
    } catch (error) {
      // The nonce of the refusal is in the handle by then (RFC 9449 section 8); asked once more, never again.
      if (!nonceAsked && profile.options.dpop && isDPoPNonceError(error)) {
        nonceAsked = true;
        continue;
      }
      const failure = await tokenEndpointFailure(error, serverText(shown, tools.mask), tools.mask, response);
      // An assertion from the future, or one that has ended: made once more with the server's time.
      if (!clockAsked && clockCorrected && refusesAssertion(failure, profile)) {
        clockAsked = true;
        continue;
      }
      throw failure;
    }
  }
}

/** True when the server may have refused a JWT of ours, which says when it was made. */
export function refusesAssertion(
  { code, data }: KeyturnError,
  { grant, clientAuthentication, options }: TokenProfile,
): boolean {
  if (options.dpop && data['error'] === 'invalid_dpop_proof') return true;
  if (code === 'invalid_grant') return grant === 'jwt_bearer';
  return (
    code === 'invalid_client' &&
    (clientAuthentication === 'client_secret_jwt' || clientAuthentication === 'private_key_jwt')
  );
}

/** For what is asked within a scope that was granted before: only where the token is to be used (RFC 8707 section 2.2). */
export function requestedResource(profile: TokenProfile): URLSearchParams {
  const parameters = requestedAccess(profile);
  parameters.delete('scope');
  return parameters;
}

/** Parameters that every grant may carry: scope, audience, and resource (RFC 8707). */
export function requestedAccess(profile: TokenProfile): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of ['scope', 'audience', 'resource'] as const) {
    const value = profile[name];
    if (value !== null && value !== '') parameters.set(name, value);
  }
  return parameters;
}

/**
 * The answer without members that are null, as some servers write what they leave out, and without an ID token: where
 * nothing uses one, one that is not valid is no reason to refuse the access token.
 */
async function withoutUnused(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const text = await response.text();
  const { status, headers } = response;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return new Response(text, { status, headers });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return new Response(text, { status, headers });
  const used = Object.entries(body).filter(([name, value]) => value !== null && name !== 'id_token');
  return new Response(JSON.stringify(Object.fromEntries(used)), { status, headers });
}

function asResult(response: TokenEndpointResponse, askedAtMs: number, profile: TokenProfile): GrantResult {
  checkTokenType(response.token_type, profile);
  const accessToken = response.access_token;
  // RFC 6749 appendix A.12; anything else could not stand in a header.
  if (!/^[\x20-\x7e]+$/.test(accessToken) || accessToken.trim() === '') {
    throw new KeyturnError(
      'token_response_invalid',
      'The token endpoint sent an access token with characters that are not allowed.',
      {
        hint: 'Report this to whoever runs the server.',
      },
    );
  }
  const expiresAtMs = response.expires_in === undefined ? null : askedAtMs + response.expires_in * 1000;
  return {
    accessToken,
    refreshToken: response.refresh_token ?? null,
    idToken: null,
    tokenType: response.token_type,
    scope: response.scope ?? null,
    expiresAtMs: expiresAtMs === null || expiresAtMs > LATEST_TIME_MS ? null : Math.round(expiresAtMs),
  };
}

/**
 * RFC 9449 section 5: a server that does not bind the token answers with Bearer. A profile that asks for DPoP says that
 * a token without a key is not good enough, so such an answer is discarded. The other way round the token would be of
 * no use.
 */
function checkTokenType(tokenType: string, { name, options }: TokenProfile): void {
  if (options.dpop === (tokenType === 'dpop')) return;
  const data = { token: name, tokenType: options.dpop ? 'bearer' : 'dpop' };
  if (options.dpop) {
    throw new KeyturnError(
      'token_response_invalid',
      'The token endpoint sent a token that is not bound to the key of its proof (DPoP).',
      { hint: 'Switch DPoP on for this client at the server, or take "dpop" out of the profile.', data },
    );
  }
  throw new KeyturnError(
    'token_response_invalid',
    'The token endpoint sent a token that is bound to a key (DPoP), which the profile does not ask for.',
    { hint: 'Write "dpop": true into the profile, or switch DPoP off for this client at the server.', data },
  );
}
