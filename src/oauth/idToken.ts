import {
  allowInsecureRequests,
  clockSkew,
  customFetch,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processGenericTokenEndpointResponse,
  validateApplicationLevelSignature,
  type Client,
} from 'oauth4webapi';
import { KeyturnError } from '../errors.ts';
import type { TokenProfile } from '../token/profile.ts';
import { boundedFetch, type BoundedFetch } from './boundedFetch.ts';
import type { AuthorizationServer } from './discovery.ts';
import type { GrantTools } from './grant.ts';
import { endpointUrl, shownUrl } from './server.ts';

export interface IdTokenExpectation {
  /** What the authorization request held; null where there was none, as with a device. */
  readonly nonce: string | null;
  /** With a nonce: seconds since the person last signed in, at most; null: any time. */
  readonly maxAge: number | null;
  /** What the server says that it granted, if it says so: without openid there may be no ID token. */
  readonly scope: string | undefined;
}

/** No issuer has more keys; a longer list is there to keep a program busy. */
const MOST_KEYS = 100;

/** True when the answer must bring an ID token (OpenID Connect Core section 3.1.2.1). */
export function asksForOpenId(scope: string | null): boolean {
  return scope?.split(' ').includes('openid') === true;
}

/** An ID token says who signed in at which issuer, so the issuer must be known. Fails with `profile_invalid`. */
export function requireIssuer(profile: TokenProfile): void {
  if (profile.issuer !== null) return;
  throw new KeyturnError(
    'profile_invalid',
    `The token profile "${profile.name}" asks for openid but names no issuer.`,
    { hint: 'Write the "issuer" into keyturn.json, or take openid out of the scope.' },
  );
}

/**
 * Checks the ID token in the answer of a token endpoint: signature by the issuer's keys, issuer, audience, times,
 * nonce (OpenID Connect Core section 3.1.3.7). Null where there need not be one. Fails with `id_token_invalid`, `nonce_mismatch`, `issuer_mismatch`, or
 * `discovery_failed` when the keys cannot be fetched.
 */
export async function checkIdToken(
  profile: TokenProfile,
  server: AuthorizationServer,
  response: Response,
  { nonce, maxAge, scope }: IdTokenExpectation,
  signal: AbortSignal,
  tools: GrantTools,
): Promise<string | null> {
  const client: Client = {
    client_id: profile.clientId ?? '',
    [clockSkew]: skewSeconds(response, tools),
  };
  try {
    if (!(await holdsIdToken(response))) {
      if (scope !== undefined && !asksForOpenId(scope)) return null;
      throw invalid('The server sent no ID token though openid was asked for.');
    }
    const copy = response.clone();
    const { id_token: idToken = '' } =
      nonce === null
        ? await processGenericTokenEndpointResponse(server, client, copy)
        : await processAuthorizationCodeResponse(server, client, copy, {
            expectedNonce: nonce,
            ...(maxAge === null ? {} : { maxAge }),
          });
    const keys = endpointUrl(server, 'jwks_uri', tools.mask);
    await validateApplicationLevelSignature(server, copy, {
      signal,
      [customFetch]: fewKeys(keys, tools),
      [allowInsecureRequests]: keys.protocol === 'http:',
    });
    return idToken;
  } catch (error) {
    throw idTokenFailure(error, nonce);
  }
}

async function holdsIdToken(response: Response): Promise<boolean> {
  const body: unknown = await response.clone().json();
  return typeof body === 'object' && body !== null && 'id_token' in body && typeof body.id_token === 'string';
}

/** How far the server's clock is ahead, so that a clock that is wrong here refuses nobody. */
function skewSeconds(response: Response, { clock }: GrantTools): number {
  const date = Date.parse(response.headers.get('date') ?? '');
  const serverMs = Number.isNaN(date) ? clock.now() : date;
  return Math.round((serverMs - Date.now()) / 1000);
}

function fewKeys(url: URL, tools: GrantTools): BoundedFetch {
  const fetch = boundedFetch({
    ...tools,
    subject: `The address of the keys ${shownUrl(url, tools.mask)}`,
    failed: 'discovery_failed',
    tooLong: 'id_token_invalid',
  });
  return async (...request) => {
    const response = await fetch(...request);
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    const keys = typeof body === 'object' && body !== null && 'keys' in body ? body.keys : null;
    if (!Array.isArray(keys) || keys.length <= MOST_KEYS) return response;
    throw invalid(`The issuer publishes ${keys.length} keys, more than any issuer has.`);
  };
}

function idTokenFailure(error: unknown, nonce: string | null): KeyturnError {
  if (error instanceof KeyturnError) return error;
  const { claim, claims } = factsOf(error);
  const nonceIsAtFault = claim === 'nonce' || (nonce !== null && claims !== null && !('nonce' in claims));
  if (nonceIsAtFault) {
    return new KeyturnError(
      'nonce_mismatch',
      'The ID token was not made for this sign-in: its nonce differs.',
      {
        cause: error,
        hint: 'Sign in again; when it happens again, tell whoever runs the server.',
      },
    );
  }
  if (claim === 'iss') {
    return new KeyturnError(
      'issuer_mismatch',
      'The ID token is from another issuer than the one that was asked.',
      {
        cause: error,
        hint: 'Write the issuer exactly as the server names itself.',
      },
    );
  }
  return invalid(
    claim === null
      ? 'The ID token could not be verified.'
      : `The ID token could not be verified: its claim "${claim}" is not what it must be.`,
    error,
  );
}

/** What `oauth4webapi` says of the claim that failed. */
function factsOf(error: unknown): { claim: string | null; claims: object | null } {
  const cause = error instanceof OperationProcessingError ? error.cause : null;
  if (typeof cause !== 'object' || cause === null) return { claim: null, claims: null };
  const claim = 'claim' in cause && typeof cause.claim === 'string' ? cause.claim : null;
  const claims = 'claims' in cause && typeof cause.claims === 'object' ? cause.claims : null;
  return { claim, claims };
}

function invalid(message: string, cause?: unknown): KeyturnError {
  return new KeyturnError('id_token_invalid', message, {
    cause,
    hint: 'Check the issuer and the client id, and the clock of this computer.',
  });
}
