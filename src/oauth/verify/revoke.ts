import { revocationRequest, type AuthorizationServer } from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { ProvenToken, Revocation, RevokedKind } from './inspection.ts';
import { readAnswer } from '../server/answerBody.ts';
import { authenticateClient, type ClientAuthenticator } from '../client/authentication.ts';
import { withClientCertificate } from '../client/certificate.ts';
import { sendAsClient } from '../client/request.ts';
import { askedEndpoint, requestOptions } from '../server/endpointRequest.ts';
import { endpointFailure } from '../server/failure.ts';
import type { GrantTools } from '../grant.ts';
import { askIssuer, introspectingServer, isSelfContained, type InspectionRequest } from './introspect.ts';
import { errorName } from '../server/knownErrors.ts';
import { findServer } from '../server/server.ts';
import { isRefusal } from '../server/said.ts';
import { requireVouched } from '../receivers/vouched.ts';

/**
 * Ends a token at its issuer (RFC 7009): the refresh token first, since with it new access tokens could be had. Fails
 * with `revocation_failed` where the server offers no revocation, and like discovery and client authentication; what
 * each request brought is a result.
 */
export async function revokeToken(
  request: InspectionRequest,
  { accessToken, refreshToken }: ProvenToken,
  tools: GrantTools,
): Promise<Revocation[]> {
  const { profile, signal } = request;
  const server = await revokingServer(profile, signal, tools);
  const url = await requireVouched(profile, server, 'revocation_endpoint', request, tools);
  const own = withClientCertificate(profile, request, tools);
  const authenticator = await authenticateClient(profile, request, own);
  const tokens: [RevokedKind, string][] = accessToken === '' ? [] : [['access_token', accessToken]];
  if (refreshToken !== null) tokens.unshift(['refresh_token', refreshToken]);
  const results: Revocation[] = [];
  for (const [kind, token] of tokens) {
    const error = await askToRevoke({ kind, token, profile, server, url, authenticator, signal }, own);
    if (error !== null && error.code === 'cancelled' && results.length === 0) throw error;
    const ended = results.filter(({ outcome }) => outcome === 'accepted' || outcome === 'ended');
    if (error === null) results.push(await accepted(request, kind, token, tools));
    else results.push(isUnknown(error, ended) ? unknown(kind) : refused(kind, error));
  }
  return results;
}

async function revokingServer(
  profile: TokenProfile,
  signal: AbortSignal,
  tools: GrantTools,
): Promise<AuthorizationServer> {
  const hint = 'Revoke the token where it was issued. In Keyturn, you can only delete it.';
  if (profile.issuer === null && profile.options.revocationEndpoint === null) {
    throw new KeyturnError(
      'revocation_failed',
      `Keyturn knows no server that can revoke the token "${profile.name}".`,
      { hint },
    );
  }
  const server = await findServer(profile, ['revocation_endpoint'], signal, tools);
  if (server.revocation_endpoint !== undefined) return server;
  throw new KeyturnError('revocation_failed', `The issuer ${server.issuer} offers no revocation.`, { hint });
}

interface RevocationQuestion {
  readonly kind: RevokedKind;
  readonly token: string;
  readonly profile: TokenProfile;
  readonly server: AuthorizationServer;
  readonly url: URL;
  readonly authenticator: ClientAuthenticator;
  readonly signal: AbortSignal;
}

/** Null when the server accepted. */
async function askToRevoke(
  { kind, token, profile, server, url, authenticator, signal }: RevocationQuestion,
  tools: GrantTools,
): Promise<KeyturnError | null> {
  const asked = askedEndpoint(profile, 'revocation_endpoint', url, tools.mask, {
    failed: 'revocation_failed',
    invalid: 'revocation_failed',
    wanted: 'an answer to a revocation',
    refused: 'Allow this client to revoke its tokens at the server.',
  });
  const options = {
    ...requestOptions(asked, url, signal, tools),
    additionalParameters: { token_type_hint: kind },
  };
  const asking = {
    profile,
    server,
    endpoint: 'revocation_endpoint',
    authenticator: () => Promise.resolve(authenticator),
  } as const;
  let response: Response | null = null;
  try {
    response = await sendAsClient(asking, tools, async (authenticate) =>
      revocationRequest(server, { client_id: profile.clientId ?? '' }, await authenticate(), token, options),
    );
    // RFC 7009 section 2.2 has 200 alone; what a 200 holds says nothing, unless it is an error.
    if (response.ok && !(await holdsError(response.clone(), tools.mask))) return null;
    throw new Error('The server did not revoke the token.');
  } catch (error) {
    return endpointFailure(error, asked, tools.mask, response);
  }
}

async function holdsError(response: Response, mask: (text: string) => string): Promise<boolean> {
  const { members } = await readAnswer(response, mask);
  return isRefusal(members);
}

/** Codes with which servers say that they do not know a token, where RFC 7009 section 2.2 has 200. */
const UNKNOWN_TOKEN = new Set([
  'invalid_token',
  'invalid_grant',
  'token_not_found',
  'token_revoked',
  'not_found',
]);

/**
 * True where the refusal means that the server does not know the token any more: it says so, or it ended the access
 * token together with the refresh token that it took a moment ago.
 */
function isUnknown({ code, data }: KeyturnError, ended: readonly Revocation[]): boolean {
  const { error, status } = data;
  if (typeof error === 'string' && UNKNOWN_TOKEN.has(errorName(error))) return true;
  if (ended.length === 0 || code === 'invalid_client' || error === 'unsupported_token_type') return false;
  return status === 400 || status === 404 || status === 410;
}

/** The same answer comes for a token that the server never knew, so it is asked whether the token has ended. */
async function accepted(
  request: InspectionRequest,
  kind: RevokedKind,
  token: string,
  tools: GrantTools,
): Promise<Revocation> {
  const name = nameOf(kind);
  const plain = { kind, outcome: 'accepted', error: null } as const;
  if (isSelfContained(token)) {
    const text = `The server accepted the ${name}. Servers that check only the signature accept it until it expires.`;
    return { ...plain, text };
  }
  const active = await isActive(request, kind, token, tools);
  if (active === null)
    return { ...plain, text: `The server accepted the ${name}, but offers no introspection to confirm it.` };
  return active
    ? {
        ...plain,
        outcome: 'still_active',
        text: `The server accepted the ${name}, but says that it is still active.`,
      }
    : { ...plain, outcome: 'ended', text: `The ${name} was revoked: the server says that it is not active.` };
}

/** Null when the server does not say. */
async function isActive(
  request: InspectionRequest,
  kind: RevokedKind,
  token: string,
  tools: GrantTools,
): Promise<boolean | null> {
  try {
    const server = await introspectingServer(request.profile, request.signal, tools);
    if (server === null || request.profile.clientId === null) return null;
    return (await askIssuer(request, server, token, kind, tools)).active;
  } catch {
    // The token is revoked whatever comes of this question.
    return null;
  }
}

function unknown(kind: RevokedKind): Revocation {
  const text = `The ${nameOf(kind)} was revoked: the server no longer knows it.`;
  return { kind, outcome: 'ended', text, error: null };
}

function refused(kind: RevokedKind, error: KeyturnError): Revocation {
  if (error.data['error'] === 'unsupported_token_type') {
    const text = `The server does not revoke this ${nameOf(kind)}: it is valid until it expires.`;
    return { kind, outcome: 'unsupported', text, error: error.code };
  }
  const text = `The ${nameOf(kind)} was not revoked. ${error.message}`;
  return { kind, outcome: 'failed', text, error: error.code };
}

function nameOf(kind: RevokedKind): string {
  return kind === 'access_token' ? 'access token' : 'refresh token';
}
