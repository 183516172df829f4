import type {
  AuthorizationServer,
  Client,
  ClientAuth,
  DPoPHandle,
  TokenEndpointResponse,
} from 'oauth4webapi';
import { KeyturnError } from '../base/errors.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { authenticateClient, type ClientAuthenticator } from './client/authentication.ts';
import { sendAsClient } from './client/request.ts';
import { askedEndpoint, requestOptions, type RequestOptions } from './server/endpointRequest.ts';
import { endpointFailure } from './server/failure.ts';
import type { GrantTools } from './grant.ts';
import { endpointUrl, findServer } from './server/server.ts';
import { asTokenResponse, refreshTokenIn, withoutIdToken } from './tokenAnswer.ts';

/** What a grant needs to ask a token endpoint with `oauth4webapi`. */
export interface TokenEndpoint {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly options: RequestOptions & {
    /** Proofs for a profile with `dpop` (RFC 9449 section 5). */
    readonly DPoP?: DPoPHandle;
  };
}

/** The same for one request. */
export interface TokenRequest extends TokenEndpoint {
  /** How the client proves itself this time; asks for a secret only when it is called. */
  readonly authenticate: () => Promise<ClientAuth>;
}

/** A request to a token endpoint and the check of its answer, as `oauth4webapi` pairs them. */
export interface TokenExchange {
  /** Called again where the server wants something else of the client. */
  request(request: TokenRequest): Promise<Response>;
  process(endpoint: TokenEndpoint, response: Response): Promise<TokenEndpointResponse>;
  /**
   * Checks the ID token of an answer whose other parts are in order; null when there is none. Without this, and to
   * `process`, an answer has no ID token.
   */
  idToken?(response: Response, tokens: TokenEndpointResponse): Promise<string | null>;
  /** The refresh token that is sent, which the answer may replace. */
  readonly refreshToken?: string;
  /** The next step where the server refuses what is exchanged. */
  readonly refused?: string;
}

/** Latest time a Date can hold; a lifetime beyond it says nothing. */
const LATEST_TIME_MS = 8.64e15;

/**
 * Finds the token endpoint, asks it and reads what it says; every failure gets its code here. A refresh token that
 * replaces the one that was sent is handed to `context.rotated` before anything else in the answer is judged.
 */
export async function askTokenEndpoint(
  profile: TokenProfile,
  context: GrantContext,
  tools: GrantTools,
  exchange: TokenExchange,
  authenticator: () => Promise<ClientAuthenticator> = () => authenticateClient(profile, context, tools),
): Promise<GrantResult> {
  const server = await findServer(profile, ['token_endpoint'], context.signal, tools);
  const url = endpointUrl(server, 'token_endpoint', tools.mask);
  const asked = askedEndpoint(profile, 'token_endpoint', url, tools.mask, {
    failed: 'token_endpoint_failed',
    invalid: 'token_response_invalid',
    wanted: 'a token response',
    refused: exchange.refused ?? 'Check that this client may use this grant and these scopes at the server.',
  });
  const options = {
    ...requestOptions(asked, url, context.signal, tools),
    ...(profile.options.dpop ? { DPoP: await tools.dpop.of(profile, context) } : {}),
  };
  // Never sent where there is none: the library wants to have one.
  const client = { client_id: profile.clientId ?? 'none' };
  let askedAtMs = tools.clock.now();
  let response: Response | null = null;
  try {
    const asking = { profile, server, endpoint: 'token_endpoint', authenticator } as const;
    const answer = await sendAsClient(asking, tools, (authenticate) => {
      askedAtMs = tools.clock.now();
      return exchange.request({ server, client, options, authenticate });
    });
    response = answer.clone();
    response = await asTokenResponse(answer.clone(), tools.mask);
    const endpoint = { server, client, options };
    const tokens = await exchange.process(endpoint, await withoutIdToken(response.clone()));
    const result = asResult(tokens, askedAtMs, profile);
    const idToken = (await exchange.idToken?.(response.clone(), tokens)) ?? null;
    const serverTimeMs = Date.parse(answer.headers.get('date') ?? '');
    return { ...result, idToken, ...(Number.isNaN(serverTimeMs) ? {} : { serverTimeMs }) };
  } catch (error) {
    const failure = await endpointFailure(error, asked, tools.mask, response);
    if (exchange.refreshToken === undefined || response === null) throw failure;
    const kept = await keepRotated(exchange.refreshToken, response, failure, context, tools);
    throw kept || failure.code !== 'token_response_invalid' ? failure : withSpentToken(failure);
  }
}

/**
 * A server that rotates has taken the refresh token that was sent, whatever else its answer is worth: the new one is
 * kept. One of another sign-in is not: it stands for another person. True where there was one to keep.
 */
async function keepRotated(
  sent: string,
  response: Response,
  failure: KeyturnError,
  { rotated }: GrantContext,
  { mask }: GrantTools,
): Promise<boolean> {
  const replaced = await refreshTokenIn(response, mask);
  if (replaced === null || failure.code === 'id_token_mismatch') return false;
  if (replaced !== sent) await rotated(replaced);
  return true;
}

/** Where it is unknown whether the server replaced the refresh token that it took. */
function withSpentToken({ code, message, hint, data, cause }: KeyturnError): KeyturnError {
  return new KeyturnError(code, message, {
    cause,
    hint: `${hint ?? ''} The refresh token may be spent. If the server rejects the next refresh, a new one is needed.`.trim(),
    data,
  });
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

function asResult(response: TokenEndpointResponse, askedAtMs: number, profile: TokenProfile): GrantResult {
  checkTokenType(response.token_type, profile);
  const accessToken = response.access_token;
  // RFC 6749 appendix A.12; anything else could not stand in a header.
  if (!/^[\x20-\x7e]+$/.test(accessToken) || accessToken.trim() === '') {
    throw new KeyturnError(
      'token_response_invalid',
      'The token endpoint sent an access token with characters that are not allowed.',
      {
        hint: 'Report this to the people who run the server.',
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
      "The token endpoint sent a token that is not bound to Keyturn's key (DPoP).",
      { hint: 'Switch DPoP on for this client at the server, or remove "dpop" from the profile.', data },
    );
  }
  throw new KeyturnError(
    'token_response_invalid',
    'The token endpoint sent a token that is bound to a key (DPoP), which the profile does not ask for.',
    { hint: 'Write "dpop": true into the profile, or switch DPoP off for this client at the server.', data },
  );
}
