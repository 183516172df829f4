import { AuthorizationResponseError, validateAuthResponse, type Client } from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import { parseUrl } from '../../base/url.ts';
import { serverText } from '../server/text.ts';

export interface ExpectedResponse {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly state: string;
  /** False where the profile names endpoints alone: then `iss` can only be at the origin of one of them. */
  readonly issuerKnown: boolean;
}

/**
 * Checks what the browser brought back: `iss` (RFC 9207), `state`, then whether it is a code. Fails with
 * `issuer_mismatch`, `state_mismatch`, `access_denied` or `authorization_failed`.
 */
export function checkAuthorizationResponse(
  address: URL,
  { server, client, state, issuerKnown }: ExpectedResponse,
  mask: (text: string) => string,
): URLSearchParams {
  const response = new URLSearchParams(address.searchParams);
  if (!issuerKnown) {
    if (response.getAll('iss').some((named) => !isEndpointsOrigin(named, server)))
      throw fromElsewhere(response, server, mask);
    response.delete('iss');
  }
  let checked: URLSearchParams;
  try {
    checked = validateAuthResponse(server, client, response, state);
  } catch (error) {
    throw refusal(error, response, server, state, mask);
  }
  if (checked.getAll('code').length === 1 && checked.get('code') !== '') return checked;
  throw new KeyturnError('authorization_failed', 'The browser returned with neither a code nor an error.', {
    hint: 'Sign in again. If it happens again, report it to the people who run the server.',
  });
}

function refusal(
  error: unknown,
  response: URLSearchParams,
  server: AuthorizationServer,
  state: string,
  mask: (text: string) => string,
): KeyturnError {
  const issuer = serverText(server.issuer, mask);
  if (error instanceof AuthorizationResponseError) return fromError(error, issuer, mask);
  if (issuerDiffers(response, server)) return fromElsewhere(response, server, mask, error);
  const states = response.getAll('state');
  if (states.length !== 1 || states[0] !== state) {
    return new KeyturnError('state_mismatch', 'The browser returned with the answer to another sign-in.', {
      cause: error,
      hint: 'Close the other sign-in pages and sign in again.',
    });
  }
  return new KeyturnError(
    'authorization_failed',
    `The answer of ${issuer} is not one to a sign-in with a code.`,
    {
      cause: error,
      hint: 'Allow the authorization code grant for the client at the server.',
    },
  );
}

function fromElsewhere(
  response: URLSearchParams,
  server: AuthorizationServer,
  mask: (text: string) => string,
  cause?: unknown,
): KeyturnError {
  const asked = serverText(server.issuer, mask);
  const named = response.getAll('iss');
  return new KeyturnError(
    'issuer_mismatch',
    named.length === 0
      ? `The browser returned without "iss", with which ${asked} says that an answer is its own.`
      : `The browser returned from another issuer than ${asked}: "iss" is ${serverText(named.join('" and "'), mask)}.`,
    { cause, hint: 'Do not sign in there: one server may pretend to be another.' },
  );
}

/** A page that sent the browser on to another server, whose answer this is, is none to trust with it. */
function isEndpointsOrigin(issuer: string, server: AuthorizationServer): boolean {
  const endpoints = [server.authorization_endpoint, server.token_endpoint];
  return endpoints.some((endpoint) => parseUrl(endpoint ?? '')?.origin === parseUrl(issuer)?.origin);
}

function fromError(
  error: AuthorizationResponseError,
  issuer: string,
  mask: (text: string) => string,
): KeyturnError {
  const name = serverText(error.error, mask, 60);
  const description = serverText(error.error_description ?? '', mask).replace(/\.$/, '');
  const said = description === '' ? '' : `: ${description}`;
  if (error.error === 'access_denied') {
    return new KeyturnError('access_denied', `The sign-in was refused${said}.`, {
      cause: error,
      hint: 'Sign in again and allow it, or request less scope. If you refused nothing, another user of this computer may have done so.',
      data: { issuer, error: name },
    });
  }
  return new KeyturnError('authorization_failed', `The issuer ${issuer} answered "${name}"${said}.`, {
    cause: error,
    hint: 'Look up this error in the documentation of the server.',
    data: { issuer, error: name },
  });
}

/** A server that does not announce `iss` may leave it out. */
function issuerDiffers(response: URLSearchParams, server: AuthorizationServer): boolean {
  const named = response.getAll('iss');
  if (named.length === 0) return server.authorization_response_iss_parameter_supported === true;
  return named.length > 1 || named[0] !== server.issuer;
}
