import {
  allowInsecureRequests,
  customFetch,
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
} from 'oauth4webapi';
import * as v from 'valibot';
import { KeyturnError } from '../../base/errors.ts';
import { signInOf, type SignInGrant } from '../../profile/grants/all.ts';
import type { ClientAuthentication } from '../../profile/profile.ts';
import { boundedFetch } from '../server/boundedFetch.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import { asRegistrationResponse } from '../server/answerForms.ts';
import { endpointFailure, MemberFault } from '../server/failure.ts';
import { shownUrl } from '../server/server.ts';
import type { GrantTools } from '../grant.ts';
import { type ClientManagement, readManagement, unregisterClient } from './registrationManagement.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import { hasVariable } from '../../profile/variables.ts';
import { parseUrl } from '../../base/url.ts';

/** A client that the server has just made for us (RFC 7591 section 3.2.1). */
export interface RegisteredClient {
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  readonly clientAuthentication: ClientAuthentication;
  /** Null where the server does not let it be deleted again, and for a client that a person registered. */
  readonly management: ClientManagement | null;
}

export interface RegistrationRequest {
  readonly grant: SignInGrant;
  /** Of the authorization code grant. */
  readonly redirectUris: readonly string[];
  /** Space separated; null asks for none. */
  readonly scope: string | null;
  readonly dpop: boolean;
}

const clientSchema = v.object({
  // It goes into keyturn.json, where braces would be replaced by what a variable holds.
  client_id: v.pipe(
    v.string(),
    v.regex(/^[\x20-\x7e]{1,2000}$/),
    v.check((id) => !hasVariable(id)),
  ),
  client_secret: v.optional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,10000}$/))),
  token_endpoint_auth_method: v.optional(
    v.picklist(['none', 'client_secret_basic', 'client_secret_post'] as const),
  ),
});

/** Secrets that an answer may hold: with the last one the client can be changed and deleted (RFC 7592). */
const secretsSchema = v.object({
  client_secret: v.fallback(v.optional(v.string()), undefined),
  registration_access_token: v.fallback(v.optional(v.string()), undefined),
});

/** True where the server registers clients for everyone. */
export function offersRegistration(server: AuthorizationServer): boolean {
  return registrationEndpoint(server) !== null;
}

/** A server elsewhere has no business with http on this computer: the program that listens there is not the server's. */
function registrationEndpoint({ issuer, registration_endpoint }: AuthorizationServer): URL | null {
  const url = parseUrl(registration_endpoint ?? '');
  if (url === null || !isSecureUrl(url)) return null;
  return url.protocol === 'http:' && issuer.startsWith('https:') ? null : url;
}

/**
 * Registers a public native client. Fails with `registration_failed` where the server refuses, or answers with a
 * client that cannot be used, which is deleted again.
 */
export async function registerClient(
  server: AuthorizationServer,
  { grant, redirectUris, scope, dpop }: RegistrationRequest,
  { fetch, timeoutMs, mask, register }: Pick<GrantTools, 'fetch' | 'timeoutMs' | 'mask' | 'register'>,
  signal: AbortSignal,
): Promise<RegisteredClient> {
  const endpoint = registrationEndpoint(server);
  if (endpoint === null) {
    throw new KeyturnError('registration_failed', `${server.issuer} does not register clients by itself.`, {
      hint: BY_HAND,
    });
  }
  const refreshes = server.grant_types_supported?.includes('refresh_token') !== false;
  const { grantType, redirects } = signInOf(grant);
  let management: ClientManagement | null = null;
  let response: Response | null = null;
  try {
    const answer = await dynamicClientRegistrationRequest(
      server,
      {
        client_name: 'Keyturn',
        application_type: 'native',
        redirect_uris: redirects ? [...redirectUris] : [],
        grant_types: refreshes ? [grantType, 'refresh_token'] : [grantType],
        response_types: redirects ? ['code'] : [],
        token_endpoint_auth_method: 'none',
        ...(dpop ? { dpop_bound_access_tokens: true } : {}),
        ...(scope === null ? {} : { scope }),
      },
      {
        signal,
        [customFetch]: boundedFetch({
          fetch,
          timeoutMs,
          subject: `The registration endpoint of ${server.issuer}`,
          failed: 'registration_failed',
          tooLong: 'registration_failed',
        }),
        [allowInsecureRequests]: endpoint.protocol === 'http:',
      },
    );
    await registerSecrets(answer.clone(), server.issuer, register);
    management = await readManagement(answer.clone(), endpoint);
    response = await asRegistrationResponse(answer, mask);
    const client = readClient(await processDynamicClientRegistrationResponse(response.clone()));
    const { client_id: clientId, client_secret: secret = null } = client;
    // RFC 7591 section 2: what a client with a secret uses when nothing is said.
    const clientAuthentication =
      client.token_endpoint_auth_method ?? (secret === null ? 'none' : 'client_secret_basic');
    if (clientAuthentication !== 'none' && secret === null) throw new MemberFault('client_secret');
    return {
      clientId,
      clientSecret: clientAuthentication === 'none' ? null : secret,
      clientAuthentication,
      management,
    };
  } catch (error) {
    if (management !== null) void unregisterClient(management, { fetch, timeoutMs });
    const asked = {
      name: 'registration endpoint',
      address: shownUrl(endpoint, mask),
      failed: 'registration_failed',
      invalid: 'registration_failed',
      wanted: 'a registered client',
      client: null,
      refused: BY_HAND,
    } as const;
    const { message, data } = await endpointFailure(error, asked, mask, response);
    if (KeyturnError.is(error)) throw error;
    throw new KeyturnError('registration_failed', message, { cause: error, hint: BY_HAND, data });
  }
}

const BY_HAND = 'Register Keyturn there by hand, and write its "clientId" into keyturn.json.';

function readClient(answer: unknown): v.InferOutput<typeof clientSchema> {
  const parsed = v.safeParse(clientSchema, answer);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const member = issue.path?.[0]?.key;
  throw new MemberFault(typeof member === 'string' ? member : 'client_id');
}

/** Before the answer is judged: an error may quote it. */
async function registerSecrets(
  response: Response,
  issuer: string,
  register: GrantTools['register'],
): Promise<void> {
  const body: unknown = await response.json().catch(() => null);
  const secrets = v.safeParse(secretsSchema, body);
  if (!secrets.success) return;
  const { client_secret: secret, registration_access_token: token } = secrets.output;
  if (secret !== undefined) register(secret, `client secret at ${issuer}`, [issuer]);
  if (token !== undefined) register(token, `registration access token at ${issuer}`, [issuer]);
}
