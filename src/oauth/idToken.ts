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
import { compactVerify, decodeProtectedHeader } from 'jose';
import { KeyturnError } from '../errors.ts';
import { isTooDeepJwt } from '../jsonDepth.ts';
import { isObject, type JsonObject } from '../token/claims.ts';
import type { GrantContext } from '../token/grant.ts';
import type { TokenProfile } from '../token/profile.ts';
import { scopeWords } from '../token/scopes.ts';
import { boundedFetch, type BoundedFetch } from './boundedFetch.ts';
import type { AuthorizationServer } from './discovery.ts';
import type { GrantTools } from './grant.ts';
import { endpointUrl, shownUrl } from './server.ts';
import { serverText } from './serverText.ts';

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
  return scopeWords(scope).includes('openid');
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
  { secret, signal }: Pick<GrantContext, 'secret' | 'signal'>,
  tools: GrantTools,
): Promise<string | null> {
  const client: Client = {
    client_id: profile.clientId ?? '',
    [clockSkew]: skewSeconds(response, tools),
  };
  let header: JsonObject = {};
  try {
    const sent = await idTokenIn(response);
    if (sent === null) {
      if (scope !== undefined && !asksForOpenId(scope)) return null;
      throw invalid(
        'The server sent no ID token though openid was asked for.',
        'Allow openid for this client at the server, or take it out of the scope.',
      );
    }
    if (isTooDeepJwt(sent)) throw invalid('The ID token is nested too deeply.', ASK_SERVER);
    header = headerOf(sent);
    const sharedSecret = isSymmetric(header) ? await sharedSecretOf(profile, header, secret) : null;
    // Without a list of its own a server is taken to sign with RS256.
    if (sharedSecret !== null && server.id_token_signing_alg_values_supported === undefined)
      client.id_token_signed_response_alg = String(header['alg']);
    const copy = response.clone();
    const { id_token: idToken = '' } =
      nonce === null
        ? await processGenericTokenEndpointResponse(server, client, copy)
        : await processAuthorizationCodeResponse(server, client, copy, {
            expectedNonce: nonce,
            ...(maxAge === null ? {} : { maxAge }),
          });
    if (sharedSecret !== null) {
      await requireSharedSignature(idToken, sharedSecret, header);
      return idToken;
    }
    const keys = endpointUrl(server, 'jwks_uri', tools.mask);
    await validateApplicationLevelSignature(server, copy, {
      signal,
      [customFetch]: fewKeys(keys, tools),
      [allowInsecureRequests]: keys.protocol === 'http:',
    });
    return idToken;
  } catch (error) {
    throw idTokenFailure(error, nonce, header, server, tools.mask);
  }
}

async function idTokenIn(response: Response): Promise<string | null> {
  const body: unknown = await response.clone().json();
  const idToken = isObject(body) ? body['id_token'] : null;
  return typeof idToken === 'string' ? idToken : null;
}

/** Empty for what cannot be read; what follows says so. */
function headerOf(idToken: string): JsonObject {
  try {
    return { ...decodeProtectedHeader(idToken) };
  } catch {
    return {};
  }
}

function isSymmetric({ alg }: JsonObject): boolean {
  return typeof alg === 'string' && /^HS(?:256|384|512)$/.test(alg);
}

/**
 * The client secret, which signs the ID tokens of a confidential client at some servers (OpenID Connect Core section
 * 10.1). Only of a client that has one: nothing that is public may ever be the key (RFC 8725 section 2.1).
 */
async function sharedSecretOf(
  { clientAuthentication }: TokenProfile,
  { alg }: JsonObject,
  secret: GrantContext['secret'],
): Promise<Uint8Array> {
  if (!clientAuthentication.startsWith('client_secret_')) {
    throw invalid(
      `The ID token is signed with a shared secret (${String(alg)}), and this client has none.`,
      'Let the server sign the ID tokens of this client with RS256 or ES256.',
    );
  }
  return new TextEncoder().encode(await secret('client_secret'));
}

async function requireSharedSignature(
  idToken: string,
  secret: Uint8Array,
  { alg }: JsonObject,
): Promise<void> {
  const name = String(alg);
  await compactVerify(idToken, secret, { algorithms: [name] }).catch((cause: unknown) => {
    throw invalid(
      `The ID token is not signed with the client secret (${name}).`,
      'Check the client secret; the server may also sign with a key of its own.',
      cause,
    );
  });
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
    throw invalid(`The issuer publishes ${keys.length} keys, more than any issuer has.`, ASK_SERVER);
  };
}

function idTokenFailure(
  error: unknown,
  nonce: string | null,
  header: JsonObject,
  server: AuthorizationServer,
  mask: (text: string) => string,
): KeyturnError {
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
  if (claim !== null) {
    return invalid(
      `The ID token could not be verified: its claim "${claim}" is not what it must be.`,
      CLAIM_HINTS[claim] ?? ASK_SERVER,
      error,
    );
  }
  const alg = typeof header['alg'] === 'string' ? serverText(header['alg'], mask, 40) : 'unsigned';
  if (error instanceof Error && error.message.includes('"alg"')) {
    const announced = server.id_token_signing_alg_values_supported;
    const list = Array.isArray(announced) ? serverText(announced.join(', '), mask, 100) : 'RS256, by default';
    return invalid(
      `The ID token is signed with ${alg}, which the server does not announce (it announces ${list}).`,
      'Set the algorithm of the ID tokens of this client at the server.',
      error,
    );
  }
  return invalid(
    `The ID token (${alg}) could not be verified: it cannot be read, or no key of the issuer signed it.`,
    'Check that the "issuer" is right; when it is, tell the people who run the server.',
    error,
  );
}

const ASK_SERVER = 'Tell the people who run the server.';
/** What a person can do about a claim. */
const CLAIM_HINTS: Readonly<Record<string, string>> = {
  aud: 'Check the "clientId" in keyturn.json.',
  azp: 'Check the "clientId" in keyturn.json.',
  exp: 'Check the clock of this computer.',
  nbf: 'Check the clock of this computer.',
  auth_time: 'Sign in again: the last sign-in at the server is longer ago than "maxAge" allows.',
};

/** What `oauth4webapi` says of the claim that failed. */
function factsOf(error: unknown): { claim: string | null; claims: object | null } {
  const cause = error instanceof OperationProcessingError ? error.cause : null;
  if (typeof cause !== 'object' || cause === null) return { claim: null, claims: null };
  const claim = 'claim' in cause && typeof cause.claim === 'string' ? cause.claim : null;
  const claims = 'claims' in cause && typeof cause.claims === 'object' ? cause.claims : null;
  return { claim, claims };
}

function invalid(message: string, hint: string, cause?: unknown): KeyturnError {
  return new KeyturnError('id_token_invalid', message, { cause, hint });
}
