import type { Request, RequestHandler, Response } from 'express';
import { errors } from 'jose';
import { createTokenReader, type AccessTokenClaims, type AccessTokenOptions } from './accessTokens.ts';
import type { SandboxScope } from './clients.ts';
import { DpopProofs, proofAlgorithms } from './dpopProof.ts';

export interface Caller {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** What an endpoint asks of the sign-in behind a token (RFC 9470). */
export interface StepUp {
  readonly acr: string;
  /** Seconds. */
  readonly maxAge: number;
}

/** Makes a handler that runs only for callers whose access token carries `scope`. */
export type Authorize = (
  scope: SandboxScope,
  handle: (caller: Caller, request: Request, response: Response) => void,
  stepUp?: StepUp,
) => RequestHandler;

const expiredDetail = 'The access token expired.';

interface Credentials {
  readonly scheme: 'bearer' | 'dpop';
  /** Empty when it is missing. */
  readonly token: string;
}

/**
 * Lets access tokens in and answers with the challenges of RFC 6750 section 3 (none of the error attributes when a
 * request brings no credentials at all), RFC 9449 section 7, RFC 9470 section 3 and RFC 9728 section 5.1.
 */
export function createAuthorize(
  options: AccessTokenOptions,
  metadataUrl: string,
  isExpired: (claims: AccessTokenClaims) => boolean,
): Authorize {
  const read = createTokenReader(options);
  const proofs = new DpopProofs(options.audience);

  function challenge(
    response: Response,
    status: 400 | 401 | 403,
    attributes: Readonly<Record<string, string>>,
    detail: string,
    scheme = 'Bearer',
  ): void {
    const described = 'error' in attributes ? { error_description: detail } : {};
    const { error, ...others } = attributes;
    const all = {
      realm: 'reports',
      ...(error === undefined ? {} : { error }),
      ...described,
      ...others,
      resource_metadata: metadataUrl,
    };
    const text = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
    response.set('WWW-Authenticate', `${scheme} ${text.join(', ')}`);
    const title = { 400: 'Bad request', 401: 'Unauthorized', 403: 'Forbidden' }[status];
    response.status(status).type('application/problem+json').json({ title, status, detail });
  }

  /** Null when the token may be sent like this; else it has been answered. */
  async function refusedProof(
    request: Request,
    response: Response,
    { scheme, token }: Credentials,
    claims: AccessTokenClaims,
  ): Promise<boolean> {
    const thumbprint = claims.cnf?.jkt;
    if (thumbprint === undefined && scheme === 'bearer') return false;
    if (thumbprint === undefined || scheme === 'bearer') {
      const detail =
        thumbprint === undefined ? 'This token is bound to no key.' : 'This token requires a DPoP proof.';
      challenge(response, 401, { error: 'invalid_token' }, detail, 'DPoP');
      return true;
    }
    response.set('DPoP-Nonce', proofs.nonce);
    const fault = await proofs.fault(request, token, thumbprint);
    if (fault === null) return false;
    const detail =
      fault === 'use_dpop_nonce'
        ? 'The DPoP proof requires the nonce of the header DPoP-Nonce.'
        : 'The DPoP proof does not belong to this request, this token or its key.';
    challenge(response, 401, { error: fault, algs: proofAlgorithms.join(' ') }, detail, 'DPoP');
    return true;
  }

  return (scope, handle, stepUp) => async (request, response) => {
    const credentials = readCredentials(request.headers.authorization);
    if (credentials === null) {
      challenge(response, 401, { scope }, 'This endpoint needs an access token.');
      return;
    }
    if (credentials.token === '') {
      challenge(response, 400, { error: 'invalid_request' }, 'The Authorization header holds no token.');
      return;
    }
    let claims: AccessTokenClaims;
    try {
      claims = await read(credentials.token);
    } catch (error) {
      challenge(response, 401, { error: 'invalid_token' }, describeInvalidToken(error));
      return;
    }
    if (isExpired(claims)) {
      challenge(response, 401, { error: 'invalid_token' }, expiredDetail);
      return;
    }
    if (await refusedProof(request, response, credentials, claims)) return;
    const scopes = new Set(claims.scope.split(' ').filter(Boolean));
    if (!scopes.has(scope)) {
      const attributes = { error: 'insufficient_scope', scope };
      challenge(response, 403, attributes, `This endpoint needs the scope ${scope}.`);
      return;
    }
    if (stepUp !== undefined && !isSure(claims, stepUp)) {
      const { acr, maxAge } = stepUp;
      const attributes = {
        error: 'insufficient_user_authentication',
        acr_values: acr,
        max_age: String(maxAge),
      };
      challenge(response, 401, attributes, 'This endpoint needs a recent sign-in with a second factor.');
      return;
    }
    handle({ clientId: claims.client_id, scopes }, request, response);
  };
}

function isSure({ acr, auth_time: signedInAt = 0 }: AccessTokenClaims, stepUp: StepUp): boolean {
  return acr === stepUp.acr && Date.now() / 1000 - signedInAt <= stepUp.maxAge;
}

/** The token of `Authorization: Bearer …` or `DPoP …`; null for any other credentials. */
function readCredentials(authorization: string | undefined): Credentials | null {
  const [given = '', token = ''] = (authorization ?? '').split(' ');
  const scheme = given.toLowerCase();
  return scheme === 'bearer' || scheme === 'dpop' ? { scheme, token } : null;
}

function describeInvalidToken(error: unknown): string {
  if (error instanceof errors.JWTExpired) return expiredDetail;
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} is not what this API accepts.`;
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return "The signature is not from this API's issuer.";
  }
  return "This is not an access token of this API's issuer.";
}
