import {
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  processPushedAuthorizationResponse,
  pushedAuthorizationRequest,
  type Client,
  type DPoPHandle,
} from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantContext } from '../../token/grant.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { asPushedResponse } from '../server/answerForms.ts';
import type { ClientAuthenticator } from '../client/authentication.ts';
import { sendAsClient } from '../client/request.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import { askedEndpoint, requestOptions } from '../server/endpointRequest.ts';
import { endpointFailure } from '../server/failure.ts';
import type { GrantTools } from '../grant.ts';
import { asksForOpenId } from '../idToken.ts';
import { endpointUrl } from '../server/server.ts';
import { requestedAccess } from '../tokenEndpoint.ts';

/** One request of the authorization endpoint, and what its answer is checked against. */
export interface AuthorizationRequest {
  readonly parameters: URLSearchParams;
  readonly state: string;
  /** Null where no ID token is asked for. */
  readonly nonce: string | null;
  readonly codeVerifier: string;
  /** Seconds; null: any time. */
  readonly maxAge: number | null;
  /** Proofs for a profile with `dpop`. */
  readonly dpop: DPoPHandle | null;
}

/** Keyturn makes these itself: they are what the answer is recognised by. */
const OWN_PARAMETERS = [
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'request',
  'request_uri',
];

/** RFC 6749 section 4.1.1 with PKCE (RFC 7636), and what the profile adds. Fails with `profile_invalid`. */
export async function authorizationRequest(
  profile: TokenProfile,
  context: GrantContext,
  redirectUri: string,
  { dpop }: Pick<GrantTools, 'dpop'>,
): Promise<AuthorizationRequest> {
  const { options } = profile;
  const { reauthenticate } = context;
  const extra = options.authorizationParameters ?? {};
  const taken = OWN_PARAMETERS.find((name) => Object.hasOwn(extra, name));
  if (taken !== undefined) {
    throw new KeyturnError(
      'profile_invalid',
      `The "authorizationParameters" of "${profile.name}" hold "${taken}", which Keyturn sets itself.`,
      { hint: `Take "${taken}" out of keyturn.json.` },
    );
  }
  const state = generateRandomState();
  const codeVerifier = generateRandomCodeVerifier();
  const scope = joinedScope(profile.scope, reauthenticate?.scope ?? null);
  const nonce = asksForOpenId(scope) ? generateRandomNonce() : null;
  const maxAge = reauthenticate?.maxAge ?? options.maxAge;
  const handle = options.dpop ? await dpop.of(profile, context) : null;
  const wanted: Record<string, string | null> = {
    ...extra,
    ...Object.fromEntries(requestedAccess(profile)),
    scope,
    prompt: options.prompt,
    login_hint: options.loginHint,
    acr_values: reauthenticate?.acrValues ?? options.acrValues,
    max_age: maxAge === null ? null : String(maxAge),
    response_type: 'code',
    client_id: profile.clientId,
    redirect_uri: redirectUri,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    // RFC 9449 section 10: a code that is stolen is of no use without the key either.
    dpop_jkt: handle === null ? null : await handle.calculateThumbprint(),
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== null && value !== '') parameters.set(name, value);
  }
  return { parameters, state, nonce, codeVerifier, maxAge, dpop: handle };
}

/** Both, each scope once. */
export function joinedScope(one: string | null, other: string | null): string | null {
  const all = new Set(`${one ?? ''} ${other ?? ''}`.split(' ').filter((scope) => scope !== ''));
  return all.size === 0 ? null : [...all].join(' ');
}

/** Who asks, and whom. */
export interface AuthorizationClient {
  readonly profile: TokenProfile;
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly authenticator: ClientAuthenticator;
  /** For messages: servers refuse one that they do not know. */
  readonly redirectUri: string;
}

/**
 * The address that the browser is to open: the whole request, or a reference to it where the server takes it
 * beforehand (RFC 9126). Fails with `discovery_failed`, `authorization_failed`, `invalid_client`, `invalid_scope`,
 * `oauth_error` or `cancelled`.
 */
export async function authorizationUrl(
  asking: AuthorizationClient,
  request: AuthorizationRequest,
  signal: AbortSignal,
  tools: GrantTools,
): Promise<string> {
  const { server } = asking;
  const url = endpointUrl(server, 'authorization_endpoint', tools.mask);
  const pushed =
    server.pushed_authorization_request_endpoint !== undefined ||
    server.require_pushed_authorization_requests === true
      ? await push(asking, request, signal, tools)
      : request.parameters;
  for (const [name, value] of pushed) url.searchParams.set(name, value);
  return url.href;
}

/**
 * With DPoP the server gets a proof besides `dpop_jkt` (RFC 9449 section 10.1): the parameter says which key the code is
 * for, what proves that it is ours.
 */
async function push(
  { profile, server, client, authenticator, redirectUri }: AuthorizationClient,
  { parameters, dpop }: AuthorizationRequest,
  signal: AbortSignal,
  tools: GrantTools,
): Promise<URLSearchParams> {
  const url = endpointUrl(server, 'pushed_authorization_request_endpoint', tools.mask);
  const asked = askedEndpoint(profile, 'pushed_authorization_request_endpoint', url, tools.mask, {
    failed: 'authorization_failed',
    invalid: 'authorization_failed',
    wanted: 'a request_uri',
    refused: `Check that the server knows the redirect address ${redirectUri} for this client, and that the client may ask for these scopes.`,
  });
  const options = {
    ...requestOptions(asked, url, signal, tools),
    ...(dpop === null ? {} : { DPoP: dpop }),
  };
  let response: Response | null = null;
  try {
    const asking = {
      profile,
      server,
      endpoint: 'pushed_authorization_request_endpoint',
      authenticator: () => Promise.resolve(authenticator),
    } as const;
    const answer = await sendAsClient(asking, tools, async (authenticate) =>
      pushedAuthorizationRequest(server, client, await authenticate(), parameters, options),
    );
    response = await asPushedResponse(answer, tools.mask);
    const { request_uri } = await processPushedAuthorizationResponse(server, client, response.clone());
    return new URLSearchParams({ client_id: client.client_id, request_uri });
  } catch (error) {
    throw await endpointFailure(error, asked, tools.mask, response);
  }
}
