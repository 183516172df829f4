import {
  introspectionRequest,
  jweDecrypt,
  processIntrospectionResponse,
  type AuthorizationServer,
  type IntrospectionResponse,
} from 'oauth4webapi';
import { decodeProtectedHeader } from 'jose';
import { KeyturnError } from '../../base/errors.ts';
import { parseExactJson } from '../../base/exactJson.ts';
import { isTooDeepJwt } from '../../base/jsonDepth.ts';
import { isObject, readClaims, type JsonObject } from '../../inspect/claims.ts';
import type { AskedSecret } from '../../profile/key.ts';
import { classifyToken } from '../../inspect/kind.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Introspection, RevokedKind } from './inspection.ts';
import { mediaType } from '../server/answerBody.ts';
import { asIntrospectionResponse } from '../server/answerForms.ts';
import { authenticateClient } from '../client/authentication.ts';
import { withClientCertificate } from '../client/certificate.ts';
import { sendAsClient } from '../client/request.ts';
import { askedEndpoint, requestOptions } from '../server/endpointRequest.ts';
import { endpointFailure } from '../server/failure.ts';
import { exactPart } from '../../inspect/exactPart.ts';
import type { GrantTools } from '../grant.ts';
import { openEncrypted } from './openEncrypted.ts';
import { VerificationFault } from './fault.ts';
import { endpointUrl, findServer, shownUrl } from '../server/server.ts';
import { checkSignature, signatureFault } from './signature.ts';
import { serverText } from '../server/text.ts';
import { askVendor, findVendor, vendorElsewhere } from './vendorStatus.ts';
import { requireVouched } from '../receivers/vouched.ts';

/** What a server is asked with about a token. */
export interface InspectionRequest {
  readonly profile: TokenProfile;
  readonly secret: (kind: AskedSecret) => Promise<string>;
  /** Keys that a person gave; null when none is held. */
  readonly held: (kind: 'verification_key' | 'decryption_key') => Promise<string | null>;
  /** See `Token.receivers`. */
  readonly receivers?: readonly string[] | undefined;
  /** Told of a token that stands within another, before any of it can be shown. */
  readonly found: (innerToken: string) => void;
  /** A person waits for the answer, and may be asked. */
  readonly waiting: boolean;
  readonly signal: AbortSignal;
}

/**
 * Asks the issuer (RFC 7662, RFC 9701), or the vendor, what a token is worth. Fails with `introspection_failed`, also
 * where no question can be asked, `origin_not_allowed`, and like discovery and client authentication.
 */
export async function introspectToken(
  request: InspectionRequest,
  accessToken: string,
  tools: GrantTools,
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
      ? `Keyturn knows no server that can introspect the token "${profile.name}".`
      : `The issuer ${profile.issuer} offers no introspection.`,
    { hint: whatElse(accessToken) },
  );
}

function whatElse(accessToken: string): string {
  const elsewhere = vendorElsewhere(accessToken);
  if (elsewhere !== null) {
    const { vendor, origin } = elsewhere;
    return `${vendor} answers this at ${origin}: add that to the "origins" of the token if this vendor may receive it.`;
  }
  return classifyToken(accessToken).id === 'jwt'
    ? 'The token is a JWT: verify its signature instead.'
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
  request: InspectionRequest,
  server: AuthorizationServer,
  token: string,
  kind: RevokedKind,
  tools: GrantTools,
): Promise<Introspection> {
  const { profile, signal } = request;
  const url = await requireVouched(profile, server, 'introspection_endpoint', request, tools);
  const shown = shownUrl(url, tools.mask);
  if (profile.clientId === null) {
    throw new KeyturnError('profile_invalid', `The token profile "${profile.name}" names no client.`, {
      hint: 'Write a "clientId" into keyturn.json: an introspection endpoint answers only clients.',
    });
  }
  const client = { client_id: profile.clientId };
  const own = withClientCertificate(profile, request, tools);
  const authenticator = await authenticateClient(profile, request, own);
  const asked = askedEndpoint(profile, 'introspection_endpoint', url, tools.mask, {
    failed: 'introspection_failed',
    invalid: 'introspection_failed',
    wanted: 'an introspection response',
    refused: 'Allow this client to introspect tokens at the server.',
  });
  const options = {
    ...requestOptions(asked, url, signal, own),
    additionalParameters: { token_type_hint: kind },
  };
  const asking = {
    profile,
    server,
    endpoint: 'introspection_endpoint',
    authenticator: () => Promise.resolve(authenticator),
  } as const;
  const send = (requestJwtResponse: boolean) =>
    sendAsClient(asking, own, async (authenticate) =>
      introspectionRequest(server, client, await authenticate(), token, { ...options, requestJwtResponse }),
    );
  const read = async (answer: Response) => {
    if (isJwtAnswer(answer)) return readSigned(answer, request, server, shown, tools);
    const claims = objectOf(await answer.clone().text());
    const response = await asIntrospectionResponse(answer, tools.mask);
    try {
      const facts = await processIntrospectionResponse(server, client, response.clone());
      return { answer: facts, claims: claims ?? facts, signed: false };
    } catch (error) {
      throw await endpointFailure(error, asked, tools.mask, response);
    }
  };
  const signs = (server.introspection_signing_alg_values_supported ?? []).length > 0;
  try {
    const { signed, ...answer } = await read(await send(signs)).catch(async (error: unknown) => {
      // Servers may sign for some of their clients only, or announce what they do not do.
      if (!signs || !KeyturnError.is(error, 'introspection_failed', 'oauth_error')) throw error;
      return read(await send(false));
    });
    return introspectionOf(answer, token, shown, signed, tools);
  } catch (error) {
    const refused = KeyturnError.is(error) && error.data['error'] === 'unsupported_token_type';
    throw refused ? unsupported(error, server) : error;
  }
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

interface Answer {
  readonly answer: IntrospectionResponse;
  /** The same, with the numbers as the server wrote them. */
  readonly claims: JsonObject;
}

/** RFC 9701 section 5; some servers call it a JWT of any kind. */
function isJwtAnswer(response: Response): boolean {
  return response.ok && /^application\/(?:token-introspection\+jwt|jwt|jose)$/.test(mediaType(response));
}

/** A signed answer, opened where it is encrypted, its signature and claims checked. */
async function readSigned(
  response: Response,
  request: InspectionRequest,
  server: AuthorizationServer,
  shown: string,
  tools: GrantTools,
): Promise<Answer & { readonly signed: true }> {
  const { profile } = request;
  const text = (await response.text()).trim();
  let signedAnswer = text;
  try {
    if (isTooDeepJwt(text)) throw tooDeep();
    const headers = { 'content-type': 'application/token-introspection+jwt' };
    const answer = await processIntrospectionResponse(
      server,
      { client_id: profile.clientId ?? '' },
      new Response(text, { headers }),
      {
        [jweDecrypt]: async (jwe) => {
          const { jwt } = await openEncrypted(jwe, await request.held('decryption_key'));
          if (jwt === null)
            throw new VerificationFault('not_verified', 'not_signed', 'The answer is not signed.');
          if (isTooDeepJwt(jwt)) throw tooDeep();
          signedAnswer = jwt;
          return jwt;
        },
      },
    );
    await checkAnswer(signedAnswer, request, server, shown, tools);
    const { token_introspection: claims } = decodedPart(signedAnswer, 1);
    return { answer, claims: isObject(claims) ? claims : answer, signed: true };
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    if (error instanceof VerificationFault) throw unproven(error, shown);
    throw new KeyturnError(
      'introspection_failed',
      `The introspection endpoint ${shown} answered with a signed response (JWT) that cannot be used${jwtFault(error, signedAnswer, tools.mask)}.`,
      { cause: error, hint: 'Report this to the people who run the server.' },
    );
  }
}

function tooDeep(): VerificationFault {
  return new VerificationFault('invalid', 'unreadable', 'It is nested too deeply.');
}

/** The claim or header that `oauth4webapi` minds, with what came. */
function jwtFault(error: unknown, jwt: string, mask: (text: string) => string): string {
  const [, name = ''] = error instanceof Error ? (/JWT "(\w+)"/.exec(error.message) ?? []) : [];
  if (name === '') return '';
  const { [name]: value } = { ...decodedPart(jwt, 1), ...decodedPart(jwt, 0) };
  const came = value === undefined ? 'is missing' : `is ${serverText(JSON.stringify(value), mask, 100)}`;
  return `: its "${name}" ${came}`;
}

/** Null for what is no JSON object. */
function objectOf(text: string): JsonObject | null {
  try {
    const json = parseExactJson(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

function decodedPart(jwt: string, index: 0 | 1): JsonObject {
  try {
    return exactPart(jwt, index);
  } catch {
    return {};
  }
}

/** The signature of an answer (RFC 9701 section 5); its claims were looked at when it was read. */
async function checkAnswer(
  jwt: string,
  { profile, signal }: InspectionRequest,
  server: AuthorizationServer,
  shown: string,
  tools: GrantTools,
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
    throw fault instanceof VerificationFault ? unproven(fault, shown) : fault;
  }
}

function unproven({ message }: VerificationFault, shown: string): KeyturnError {
  return new KeyturnError(
    'introspection_failed',
    `The answer of the introspection endpoint ${shown} was not accepted. ${message}`,
    { hint: 'Report this to the people who run the server.' },
  );
}

/** True for a token that says itself what it is worth, so that no server has to keep it. */
export function isSelfContained(token: string): boolean {
  return ['jwt', 'jwe', 'paseto'].includes(classifyToken(token).id);
}

function introspectionOf(
  { answer, claims }: Answer,
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
    claims,
    signed,
    checkedAtMs: tools.clock.now(),
  };
}
