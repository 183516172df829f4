import type { Request, RequestHandler, Response } from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as v from 'valibot';
import type { SandboxScope } from './clients.ts';
import { signingAlgorithm } from './issuer.ts';

export interface Caller {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** Makes a handler that runs only for callers whose access token carries `scope`. */
export type Authorize = (
  scope: SandboxScope,
  handle: (caller: Caller, request: Request, response: Response) => void,
) => RequestHandler;

const claimsSchema = v.object({ client_id: v.string(), scope: v.optional(v.string(), '') });

/**
 * Verifies JWT access tokens (RFC 9068) by the issuer's published keys and answers with the challenges of
 * RFC 6750 section 3: none of the error attributes when a request brings no credentials at all.
 */
export function createAuthorize(issuer: string, audience: string): Authorize {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

  async function verify(token: string): Promise<Caller> {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: [signingAlgorithm],
      requiredClaims: ['exp'],
    });
    const claims = v.parse(claimsSchema, payload);
    return { clientId: claims.client_id, scopes: new Set(claims.scope.split(' ').filter(Boolean)) };
  }

  return (scope, handle) => async (request, response) => {
    const credentials = readBearer(request.headers.authorization);
    if (credentials === null) {
      challenge(response, 401, {}, 'This endpoint needs an access token.');
      return;
    }
    if (credentials === '') {
      challenge(response, 400, { error: 'invalid_request' }, 'The Authorization header holds no token.');
      return;
    }
    let caller: Caller;
    try {
      caller = await verify(credentials);
    } catch (error) {
      challenge(response, 401, { error: 'invalid_token' }, describeInvalidToken(error));
      return;
    }
    if (!caller.scopes.has(scope)) {
      challenge(
        response,
        403,
        { error: 'insufficient_scope', scope },
        `This endpoint needs the scope ${scope}.`,
      );
      return;
    }
    handle(caller, request, response);
  };
}

/** The token of `Authorization: Bearer …`; empty when it is missing there, null for any other credentials. */
function readBearer(authorization: string | undefined): string | null {
  const [scheme = '', token = ''] = (authorization ?? '').split(' ');
  return scheme.toLowerCase() === 'bearer' ? token : null;
}

function challenge(
  response: Response,
  status: 400 | 401 | 403,
  attributes: { error?: string; scope?: string },
  detail: string,
): void {
  const { error, scope } = attributes;
  const parts = ['realm="reports"'];
  if (error) parts.push(`error="${error}"`, `error_description="${detail}"`);
  if (scope) parts.push(`scope="${scope}"`);
  response.set('WWW-Authenticate', `Bearer ${parts.join(', ')}`);
  const title = { 400: 'Bad request', 401: 'Unauthorized', 403: 'Forbidden' }[status];
  response.status(status).type('application/problem+json').json({ title, status, detail });
}

function describeInvalidToken(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The access token expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} is not what this API accepts.`;
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return "The signature is not from this API's issuer.";
  }
  return "This is not an access token of this API's issuer.";
}
