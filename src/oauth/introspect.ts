import {
  allowInsecureRequests,
  customFetch,
  introspectionRequest,
  jweDecrypt,
  processIntrospectionResponse,
  type AuthorizationServer,
  type ClientAuth,
  type IntrospectionResponse,
} from 'oauth4webapi';
import { decodeProtectedHeader } from 'jose';
import { KeyturnError } from '../errors.ts';
import { readClaims } from '../token/claims.ts';
import type { AskedSecret } from '../token/grant.ts';
import { classifyToken } from '../token/kind.ts';
import type { TokenProfile } from '../token/profile.ts';
import type { Introspection, RevokedKind } from '../token/proof.ts';
import { boundedFetch } from './boundedFetch.ts';
import { authenticateClient } from './clientAuthentication.ts';
import { withClientCertificate } from './clientCertificate.ts';
import { endpointFailure } from './failure.ts';
import type { GrantTools } from './grant.ts';
import type { KeySets } from './keySets.ts';
import { openEncrypted } from './openEncrypted.ts';
import { ProofFault } from './proofFault.ts';
import { endpointUrl, findServer, shownUrl } from './server.ts';
import { checkSignature, signatureFault } from './signature.ts';
import { askVendor, findVendor, vendorElsewhere } from './vendorStatus.ts';
import { requireVouched } from './vouched.ts';

/** What a server is asked with about a token. */
export interface ProofRequest {
  readonly profile: TokenProfile;
  readonly secret: (kind: AskedSecret) => Promise<string>;
  /** Keys that a person gave; null when none is held. */
  readonly held: (kind: 'verification_key' | 'decryption_key') => Promise<string | null>;
  /** Told of a token that stands within another, before anybody sees anything of it. */
  readonly found: (innerToken: string) => void;
  readonly signal: AbortSignal;
}

export type IntrospectionTools = GrantTools & { readonly keySets: KeySets };

/**
 * Asks the issuer (RFC 7662, RFC 9701), or the vendor, what a token is worth. Fails with `introspection_failed`, also
 * where nobody can be asked, `origin_not_allowed`, and like discovery and client authentication.
 */
export async function introspectToken(
  request: ProofRequest,
  accessToken: string,
  tools: IntrospectionTools,
): Promise<Introspection> {
  const { profile, signal } = request;
  const vendor = findVendor(profile, accessToken);
  // A token of a vendor's own shape, without a client, is none of an authorization server's.
  if (vendor !== null && profile.clientId === null) return askVendor(vendor, accessToken, signal, tools);
  const server = await introspectingServer(profile, signal, tools);
  if (server !== null) return askIssuer(request, server, accessToken, 'access_token', tools);
  if (vendor !== null) return askVendor(vendor, accessToken, signal, tools);
  throw new KeyturnError(
    'introspection_failed',
    profile.issuer === null
      ? `Nobody is known who could be asked about the token "${profile.name}".`
      : `The issuer ${profile.issuer} offers no introspection.`,
    { hint: whatElse(accessToken) },
  );
}

function whatElse(accessToken: string): string {
  const elsewhere = vendorElsewhere(accessToken);
  if (elsewhere !== null) {
    const { vendor, origin } = elsewhere;
    return `${vendor} tells it at ${origin}: add that to the "origins" of the token if it may go there.`;
  }
  return classifyToken(accessToken).id === 'jwt'
    ? 'It is a JWT: verify its signature instead.'
    : 'Write the "introspectionEndpoint" into keyturn.json, if there is one.';
}

/** The server of a profile, when it can be asked about tokens. */
export async function introspectingServer(
  profile: TokenProfile,
  signal: AbortSignal,
  tools: GrantTools,
): Promise<AuthorizationServer | null> {
  if (profile.issuer === null && profile.options.introspectionEndpoint === null) return null;
  const server = await findServer(profile, ['introspection_endpoint'], signal, tools);
  return server.introspection_endpoint === undefined ? null : server;
}

/** One request of RFC 7662 section 2.1. */
export async function askIssuer(
  request: ProofRequest,
  server: AuthorizationServer,
  token: string,
  kind: RevokedKind,
  tools: IntrospectionTools,
): Promise<Introspection> {
  const { profile, signal } = request;
  const url = endpointUrl(server, 'introspection_endpoint', tools.mask);
  requireVouched(profile, url, 'introspectionEndpoint', tools.mask);
  const shown = shownUrl(url, tools.mask);
  if (profile.clientId === null) {
    throw new KeyturnError('profile_invalid', `The token profile "${profile.name}" names no client.`, {
      hint: 'Write a "clientId" into keyturn.json: an introspection endpoint answers to clients only.',
    });
  }
  const client = { client_id: profile.clientId };
  const own = withClientCertificate(profile, request, tools);
  const authentication: ClientAuth = await authenticateClient(profile, request, own);
  const options = {
    signal,
    additionalParameters: { token_type_hint: kind },
    [customFetch]: boundedFetch({
      ...own,
      subject: `The introspection endpoint ${shown}`,
      failed: 'introspection_failed',
      tooLong: 'introspection_failed',
    }),
    [allowInsecureRequests]: url.protocol === 'http:',
  };
  const send = (requestJwtResponse: boolean) =>
    introspectionRequest(server, client, authentication, token, { ...options, requestJwtResponse });
  let response: Response | null = null;
  let signedAnswer: string | null = null;
  let answer: IntrospectionResponse;
  try {
    const signs = (server.introspection_signing_alg_values_supported ?? []).length > 0;
    response = await send(signs);
    // Servers may sign for some of their clients only.
    if (signs && (response.status === 400 || response.status === 406)) response = await send(false);
    const copy = response.clone();
    answer = await processIntrospectionResponse(server, client, response.clone(), {
      [jweDecrypt]: async (jwe) => {
        const { jwt } = await openEncrypted(jwe, await request.held('decryption_key'));
        if (jwt === null) throw new ProofFault('not_verified', 'not_signed', 'The answer is not signed.');
        signedAnswer = jwt;
        return jwt;
      },
    });
    if (isJwtAnswer(copy)) signedAnswer ??= await copy.text();
  } catch (error) {
    if (error instanceof ProofFault) throw unproven(error, shown);
    const asked = {
      name: 'introspection endpoint',
      address: shown,
      failed: 'introspection_failed',
      invalid: 'introspection_failed',
      wanted: 'an introspection response',
    } as const;
    const failure = await endpointFailure(error, asked, tools.mask, response);
    throw failure.data['error'] === 'unsupported_token_type' ? unsupported(failure, server) : failure;
  }
  if (signedAnswer !== null) await checkAnswer(signedAnswer, request, server, shown, tools);
  return introspectionOf(answer, token, shown, signedAnswer !== null, tools);
}

function unsupported(cause: KeyturnError, { issuer }: AuthorizationServer): KeyturnError {
  return new KeyturnError(
    'introspection_failed',
    `The issuer ${issuer} does not introspect tokens of this type.`,
    {
      cause,
      hint: 'If it is a JWT, verify its signature instead.',
      data: cause.data,
    },
  );
}

function isJwtAnswer({ headers }: Response): boolean {
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/token-introspection+jwt';
}

/** The signature of an answer (RFC 9701 section 5); its claims were looked at when it was read. */
async function checkAnswer(
  jwt: string,
  { profile, signal }: ProofRequest,
  server: AuthorizationServer,
  shown: string,
  tools: IntrospectionTools,
): Promise<void> {
  const withKeys =
    server.jwks_uri === undefined ? await findServer(profile, ['jwks_uri'], signal, tools) : server;
  try {
    const url = endpointUrl(withKeys, 'jwks_uri', tools.mask);
    const options = { currentDate: new Date(tools.clock.now()) };
    await checkSignature(jwt, () => ({ kind: 'remote', url, keySets: tools.keySets }), options, signal);
  } catch (error) {
    const { alg = '', ...header } = decodeProtectedHeader(jwt);
    const fault = signatureFault(error, { ...header, alg }, false);
    throw fault instanceof ProofFault ? unproven(fault, shown) : fault;
  }
}

function unproven({ message }: ProofFault, shown: string): KeyturnError {
  return new KeyturnError(
    'introspection_failed',
    `The answer of the introspection endpoint ${shown} was not accepted. ${message}`,
    { hint: 'Report this to whoever runs the server.' },
  );
}

/** True for a token that says itself what it is worth, so that no server has to keep it. */
export function isSelfContained(token: string): boolean {
  return ['jwt', 'jwe', 'paseto'].includes(classifyToken(token).id);
}

function introspectionOf(
  answer: IntrospectionResponse,
  token: string,
  endpoint: string,
  signed: boolean,
  tools: GrantTools,
): Introspection {
  const facts = readClaims(answer, []);
  return {
    active: answer.active,
    conclusive: answer.active || !isSelfContained(token),
    vendor: null,
    endpoint,
    scopes: answer.scope === undefined ? null : facts.scopes,
    expiresAtMs: facts.expiresAtMs,
    subject: facts.subject,
    claims: answer,
    signed,
    checkedAtMs: tools.clock.now(),
  };
}
