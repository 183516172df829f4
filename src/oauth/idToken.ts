import { compactVerify, decodeJwt, decodeProtectedHeader, type CompactJWSHeaderParameters } from 'jose';
import { KeyturnError } from '../base/errors.ts';
import { isTooDeepJwt } from '../base/jsonDepth.ts';
import { isObject, type JsonObject } from '../inspect/claims.ts';
import type { GrantContext } from '../token/grant.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { scopeWords } from '../inspect/scopes.ts';
import type { AuthorizationServer } from './server/discovery.ts';
import type { GrantTools } from './grant.ts';
import { idTokenFault, type ExpectedIdToken, type IdTokenFault } from './idTokenClaims.ts';
import { VerificationFault } from './verify/fault.ts';
import { endpointUrl } from './server/server.ts';
import { serverText } from './server/text.ts';
import { checkSignature, signatureFault } from './verify/signature.ts';

export interface IdTokenExpectation {
  /** What the authorization request held; null where there was none, as with a device. */
  readonly nonce: string | null;
  /** With a nonce: seconds since the person last signed in, at most; null: any time. */
  readonly maxAge: number | null;
  /** What the server says that it granted, if it says so: without openid there may be no ID token. */
  readonly scope: string | undefined;
}

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
    { hint: 'Write the "issuer" into keyturn.json, or remove openid from the scope.' },
  );
}

/**
 * Checks the ID token in the answer of a token endpoint: issuer, audience, times, nonce, and the signature by the
 * issuer's keys (OpenID Connect Core section 3.1.3.7). Null where there need not be one. Fails with `id_token_invalid`,
 * `nonce_mismatch`, `issuer_mismatch`, or `discovery_failed` when the keys cannot be fetched.
 */
export async function checkIdToken(
  profile: TokenProfile,
  server: AuthorizationServer,
  response: Response,
  { nonce, maxAge, scope }: IdTokenExpectation,
  { secret, signal }: Pick<GrantContext, 'secret' | 'signal'>,
  tools: GrantTools,
): Promise<string | null> {
  const idToken = await idTokenIn(response);
  if (idToken === null) {
    if (scope !== undefined && !asksForOpenId(scope)) return null;
    throw invalid(
      'The server sent no ID token though openid was asked for.',
      'Allow openid for this client at the server, or remove it from the scope.',
    );
  }
  const { header, claims } = partsOf(idToken);
  const sharedSecret = isSymmetric(header) ? await sharedSecretOf(profile, header, secret) : null;
  requireAnnounced(header, server, sharedSecret !== null, tools.mask);
  const expected = {
    issuer: server.issuer,
    clientId: profile.clientId ?? '',
    nonce,
    maxAge,
    now: serverSeconds(response, tools),
  };
  const fault = idTokenFault(claims, expected, tools.mask);
  if (fault !== null) throw claimFailure(fault, expected, tools.mask);
  if (sharedSecret !== null) await requireSharedSignature(idToken, sharedSecret, header);
  else await requireSignature(idToken, header, server, signal, tools);
  return idToken;
}

async function idTokenIn(response: Response): Promise<string | null> {
  const body: unknown = await response.clone().json();
  const idToken = isObject(body) ? body['id_token'] : null;
  return typeof idToken === 'string' ? idToken : null;
}

/** Nothing in them is proven yet. */
function partsOf(idToken: string): { header: CompactJWSHeaderParameters; claims: JsonObject } {
  if (isTooDeepJwt(idToken)) throw invalid('The ID token is nested too deeply.', ASK_SERVER);
  if (idToken.split('.').length === 5) {
    throw invalid(
      "The ID token is encrypted. Keyturn doesn't decrypt ID tokens.",
      'Configure the server to sign the ID tokens of this client, and not to encrypt them.',
    );
  }
  try {
    const { alg = '', ...header } = decodeProtectedHeader(idToken);
    return { header: { ...header, alg }, claims: { ...decodeJwt(idToken) } };
  } catch (cause) {
    throw invalid('The ID token is not a JWT.', ASK_SERVER, cause);
  }
}

/** A server without a list of its own is taken to sign with RS256, or with a secret that it shares with the client. */
function requireAnnounced(
  { alg }: CompactJWSHeaderParameters,
  { id_token_signing_alg_values_supported: listed }: AuthorizationServer,
  isShared: boolean,
  mask: (text: string) => string,
): void {
  if (alg === 'none' || alg === '') throw invalid('The ID token is not signed.', SET_ALGORITHM);
  const announced = Array.isArray(listed) && listed.length > 0 ? listed : null;
  if (announced === null ? alg === 'RS256' || isShared : announced.includes(alg)) return;
  const list = announced === null ? 'RS256, by default' : serverText(announced.join(', '), mask, 100);
  throw invalid(
    `The ID token is signed with ${serverText(alg, mask, 40)}, which the server does not announce (it announces ${list}).`,
    SET_ALGORITHM,
  );
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
      'Configure the server to sign the ID tokens of this client with RS256 or ES256.',
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

/** The time by the server's clock, so that a wrong clock here refuses no valid token. */
function serverSeconds(response: Response, { clock }: GrantTools): number {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Math.floor((Number.isNaN(date) ? clock.now() : date) / 1000);
}

async function requireSignature(
  idToken: string,
  header: CompactJWSHeaderParameters,
  server: AuthorizationServer,
  signal: AbortSignal,
  tools: GrantTools,
): Promise<void> {
  const url = endpointUrl(server, 'jwks_uri', tools.mask);
  const keySets = tools.keySets.through(tools.fetch);
  try {
    // The claims have been looked at, and by the clock of the server.
    await checkSignature(
      idToken,
      () => ({ kind: 'remote', url, keySets }),
      { algorithms: [header.alg] },
      signal,
    );
  } catch (error) {
    const fault = signatureFault(error, header, false);
    if (!(fault instanceof VerificationFault)) throw fault;
    throw new KeyturnError(
      KeyturnError.is(fault.cause) ? 'discovery_failed' : 'id_token_invalid',
      `The ID token (${serverText(header.alg, tools.mask, 40)}) could not be verified. ${fault.message}`,
      {
        cause: fault,
        hint:
          fault.hint ?? 'Check the "issuer". If it is right, report this to the people who run the server.',
      },
    );
  }
}

function claimFailure(
  { claim, came }: IdTokenFault,
  { issuer, clientId }: ExpectedIdToken,
  mask: (text: string) => string,
): KeyturnError {
  if (claim === 'nonce') {
    return new KeyturnError(
      'nonce_mismatch',
      'The ID token was not made for this sign-in: its nonce differs.',
      { hint: 'Sign in again. If it happens again, report it to the people who run the server.' },
    );
  }
  const message = `The ID token could not be verified: its claim "${claim}" ${came}`;
  if (claim === 'iss') {
    return new KeyturnError(
      'issuer_mismatch',
      `${message}, and the issuer that was asked is ${JSON.stringify(serverText(issuer, mask))}.`,
      {
        hint: 'Write the issuer exactly as the server names itself. The ID token must name it in the same way.',
      },
    );
  }
  const wanted =
    claim === 'aud' || claim === 'azp' ? `, not ${JSON.stringify(serverText(clientId, mask, 100))}` : '';
  return invalid(
    `${message}${wanted}.`,
    (came === 'is missing' ? undefined : CLAIM_HINTS[claim]) ?? ASK_SERVER,
  );
}

const ASK_SERVER = 'Report this to the people who run the server.';
const SET_ALGORITHM = 'Set the algorithm of the ID tokens of this client at the server.';
/** What a person can do about a claim. */
const CLAIM_HINTS: Readonly<Record<string, string>> = {
  aud: 'Check the "clientId" in keyturn.json.',
  azp: 'Check the "clientId" in keyturn.json.',
  exp: 'Check the clock of this computer.',
  nbf: 'Check the clock of this computer.',
  auth_time: 'Sign in again: the last sign-in at the server is older than "maxAge" allows.',
};

function invalid(message: string, hint: string, cause?: unknown): KeyturnError {
  return new KeyturnError('id_token_invalid', message, { cause, hint });
}
