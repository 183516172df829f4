import {
  allowInsecureRequests,
  customFetch,
  type AuthorizationServer,
  type Client,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { KeyturnError } from '../errors.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import { isSecureUrl } from '../token/origin.ts';
import type { TokenProfile } from '../token/profile.ts';
import { boundedFetch, type BoundedFetch } from './boundedFetch.ts';
import { serverText, tokenEndpointFailure } from './failure.ts';
import type { GrantTools } from './grant.ts';
import { parseUrl } from '../url.ts';

/** What a grant needs to ask a token endpoint with `oauth4webapi`. */
export interface TokenEndpoint {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly options: {
    readonly signal: AbortSignal;
    readonly [customFetch]: BoundedFetch;
    readonly [allowInsecureRequests]: boolean;
  };
}

/** A request to a token endpoint and the check of its answer, as `oauth4webapi` pairs them. */
export interface TokenExchange {
  request(endpoint: TokenEndpoint): Promise<Response>;
  process(endpoint: TokenEndpoint, response: Response): Promise<TokenEndpointResponse>;
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
  const server = await authorizationServer(profile, context.signal, tools);
  const url = parseUrl(server.token_endpoint ?? '');
  if (url === null || !isSecureUrl(url)) {
    throw new KeyturnError(
      'discovery_failed',
      `The issuer ${server.issuer} names no token endpoint with https.`,
      {
        hint: 'Write the "tokenEndpoint" into keyturn.json.',
      },
    );
  }
  const shown = url.origin + url.pathname;
  const endpoint: TokenEndpoint = {
    server,
    client: { client_id: profile.clientId ?? '' },
    options: {
      signal: context.signal,
      [customFetch]: boundedFetch({
        ...tools,
        subject: `The token endpoint ${shown}`,
        failed: 'token_endpoint_failed',
        tooLong: 'token_response_invalid',
      }),
      [allowInsecureRequests]: url.protocol === 'http:',
    },
  };
  const askedAtMs = tools.clock.now();
  let response: Response | null = null;
  try {
    response = await withoutUnused(await exchange.request(endpoint));
    return asResult(await exchange.process(endpoint, response.clone()), askedAtMs);
  } catch (error) {
    throw await tokenEndpointFailure(error, serverText(shown, tools.mask), tools.mask, response);
  }
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

async function authorizationServer(
  profile: TokenProfile,
  signal: AbortSignal,
  { discovery }: GrantTools,
): Promise<AuthorizationServer> {
  if (profile.tokenEndpoint !== null) {
    return {
      issuer: profile.issuer ?? new URL(profile.tokenEndpoint).origin,
      token_endpoint: profile.tokenEndpoint,
    };
  }
  if (profile.issuer === null) {
    throw new KeyturnError('profile_invalid', `The token profile "${profile.name}" names no issuer.`, {
      hint: 'Write an "issuer" or a "tokenEndpoint" into keyturn.json.',
    });
  }
  return discovery.find(profile.issuer, signal);
}

/**
 * The answer without members that are null, as some servers write what they leave out, and without an ID token:
 * nothing here uses one, so one that is not valid is no reason to refuse the access token.
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

function asResult(response: TokenEndpointResponse, askedAtMs: number): GrantResult {
  if (response.token_type !== 'bearer') {
    throw new KeyturnError(
      'token_response_invalid',
      'The token endpoint sent a token that is bound to a key (DPoP), which is not supported.',
      { hint: 'Switch DPoP off for this client at the server.' },
    );
  }
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
