import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { errors, Provider, type Client, type Configuration, type ResourceServer } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { sandboxClients, sandboxScopes } from './clients.ts';
import { deviceFlow } from './deviceFlow.ts';
import { answerInteraction, interactionPath } from './interactions.ts';
import { clientMetadata, encryptedClientId, pairwiseSubject } from './learningClients.ts';
import { pageHeaders } from './page.ts';
import { acrValues } from './people.ts';
import { errorPage } from './signInPages.ts';
import { signInPolicy } from './signInPolicy.ts';

/** Signature algorithm of the access tokens. */
export const signingAlgorithm = 'ES256';
/** How the keys of encrypted access tokens are wrapped. */
export const encryptionAlgorithm = 'ECDH-ES+A256KW';

/** Person in whose name `POST /sandbox/session` hands out refresh tokens. */
const accountId = 'demonstration-person';

const dayInSeconds = 24 * 60 * 60;
const tenMinutesInSeconds = 10 * 60;

export interface IssuerOptions {
  /** Where the issuer is reached: an origin without a path. */
  readonly issuer: string;
  /** Audience of the access tokens: the reports API's origin. */
  readonly audience: string;
  readonly lifetimeSeconds: number;
  /** The API's public key, for the client whose tokens are encrypted. */
  readonly encryptionKey: CryptoKey;
}

/**
 * An OpenID provider that signs JWT access tokens (RFC 9068) for the reports API, whether or not a request names
 * the API as its `resource`; for the resource `/opaque` of the API the tokens are opaque. It is strict: PKCE always,
 * refresh tokens work once and the second use revokes all that came from the first. Its key is new at each start, so
 * tokens of an earlier sandbox are refused.
 */
export async function createIssuer(
  options: IssuerOptions,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const provider = new Provider(options.issuer, await configuration(options));
  provider.on('server_error', (_context, error) => {
    process.stderr.write(`The sandbox's issuer failed: ${error.message}\n`);
  });
  allowEditorAddresses(provider);

  const handle = provider.callback();
  const { host } = new URL(options.issuer);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // An editor in a browser opens addresses of this machine through a proxy, where no cookie would come back to us.
    if (request.method === 'GET' && request.headers.host !== host) {
      response.writeHead(307, { location: `${options.issuer}${request.url ?? '/'}` }).end();
      return;
    }
    if (request.method === 'POST' && request.url === '/sandbox/session')
      return startSession(provider, options, request, response);
    if (request.url?.startsWith(interactionPath) === true)
      return answerInteraction(provider, request, response);
    return handle(request, response);
  };
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      process.stderr.write(`The sandbox's issuer failed: ${String(error)}\n`);
      response.destroy();
    });
  };
}

async function configuration(options: IssuerOptions): Promise<Configuration> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const salt = randomBytes(16).toString('hex');
  return {
    // Named, since the provider warns of its default: here, all that it holds shall be gone when it stops.
    adapter: createMemoryAdapter(0),
    acrValues: [...acrValues],
    clients: clientMetadata(),
    clientDefaults: {
      id_token_signed_response_alg: signingAlgorithm,
      introspection_signed_response_alg: signingAlgorithm,
    },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    // What an API needs to ask for a better sign-in (RFC 9470 section 6).
    extraTokenClaims: ({ oidc: { entities } }) => {
      const { acr, authTime } =
        entities.AuthorizationCode ?? entities.DeviceCode ?? entities.RefreshToken ?? {};
      return authTime === undefined ? undefined : { acr, auth_time: authTime };
    },
    features: features(options),
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_context, { uid }) => `${interactionPath}${uid}`, policy: signInPolicy() },
    // A function of one's own is what allows clients the refresh token grant without `offline_access`.
    issueRefreshToken: () => true,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: signingAlgorithm, use: 'sig' }] },
    pairwiseIdentifier: (_context, id, { sectorIdentifier }) => pairwiseSubject(sectorIdentifier, id, salt),
    pkce: { required: () => true },
    renderError: (context, { error, error_description: description = '' }) => {
      context.set(pageHeaders);
      context.body = errorPage(error, description);
    },
    rotateRefreshToken: true,
    scopes: ['openid', 'offline_access', ...sandboxScopes],
    subjectTypes: ['public', 'pairwise'],
    ttl: {
      AccessToken: options.lifetimeSeconds,
      AuthorizationCode: 60,
      ClientCredentials: options.lifetimeSeconds,
      DeviceCode: tenMinutesInSeconds,
      Grant: dayInSeconds,
      IdToken: tenMinutesInSeconds,
      Interaction: tenMinutesInSeconds,
      RefreshToken: dayInSeconds,
      Session: dayInSeconds,
    },
  };
}

function features(options: IssuerOptions): Configuration['features'] {
  const enabled = true;
  return {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    clientCredentials: { enabled },
    deviceFlow,
    dPoP: { enabled, nonceSecret: randomBytes(32), requireNonce: () => true },
    encryption: { enabled },
    introspection: { enabled, allowedPolicy: mayIntrospect },
    jwtIntrospection: { enabled },
    pushedAuthorizationRequests: { enabled },
    registration: { enabled },
    registrationManagement: { enabled },
    revocation: { enabled, allowedPolicy: mayRevoke },
    resourceIndicators: {
      enabled,
      defaultResource: () => options.audience,
      getResourceServerInfo: (_context: unknown, resource: string, client: Client) =>
        resourceServer(options, resource, client),
      useGrantedResource: () => true,
    },
  };
}

/** Fails with the provider's own `invalid_target` for any other resource (RFC 8707 section 2). */
function resourceServer(options: IssuerOptions, resource: string, { clientId }: Client): ResourceServer {
  const { audience, lifetimeSeconds, encryptionKey } = options;
  const { href } = new URL(resource);
  const opaque = href === `${audience}/opaque`;
  if (!opaque && href !== `${audience}/`) {
    throw new errors.InvalidTarget(`the sandbox has no resource ${resource}`);
  }
  const server = { scope: sandboxScopes.join(' '), audience, accessTokenTTL: lifetimeSeconds };
  if (opaque) return { ...server, accessTokenFormat: 'opaque' };
  const encrypt = { alg: encryptionAlgorithm, enc: 'A256GCM', key: encryptionKey };
  return {
    ...server,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: signingAlgorithm }, ...(clientId === encryptedClientId ? { encrypt } : {}) },
  };
}

interface TokenOwner {
  readonly clientId: string;
}

interface AskingClient extends TokenOwner {
  readonly clientAuthMethod: string;
}

/** A client without a secret learns of its own tokens only; with one, of all, as an API must. */
function mayIntrospect(_context: unknown, client: AskingClient, token: TokenOwner): boolean {
  return client.clientAuthMethod !== 'none' || client.clientId === token.clientId;
}

/** A client can end only its own tokens. */
function mayRevoke(_context: unknown, client: TokenOwner, token: TokenOwner): boolean {
  return client.clientId === token.clientId;
}

/**
 * An editor in a browser has an address of its own in each window: `/callback` on this machine, below a folder of its
 * version and with a query.
 */
function allowEditorAddresses(provider: Provider): void {
  const { prototype } = provider.Client;
  const registered = prototype.redirectUriAllowed;
  prototype.redirectUriAllowed = function allowed(this: Client, uri: string): boolean {
    if (registered.call(this, uri)) return true;
    if (this.applicationType !== 'native' || !URL.canParse(uri)) return false;
    const url = new URL(uri);
    url.search = '';
    if (url.pathname.endsWith('/callback')) url.pathname = '/callback';
    return registered.call(this, url.href);
  };
}

/**
 * Stands in for a sign-in in the browser: a client that shows its secret (HTTP Basic) gets a refresh token for all
 * that it may ask for, to be used at the provider's own token endpoint.
 */
async function startSession(
  provider: Provider,
  options: IssuerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const client = sandboxClients.find(
    ({ id, secret }) => request.headers.authorization === `Basic ${btoa(`${id}:${secret}`)}`,
  );
  const registered = client && (await provider.Client.find(client.id));
  if (!client || !registered) {
    response.writeHead(401, {
      'content-type': 'application/json',
      'www-authenticate': 'Basic realm="sandbox"',
    });
    response.end(JSON.stringify({ error: 'invalid_client' }));
    return;
  }
  const grant = new provider.Grant({ accountId, clientId: client.id });
  grant.addResourceScope(options.audience, client.scope);
  const refreshToken = new provider.RefreshToken({
    accountId,
    client: registered,
    grantId: await grant.save(),
    gty: 'authorization_code',
    scope: client.scope,
    resource: options.audience,
    expiresWithSession: false,
  });
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ refresh_token: await refreshToken.save(), scope: client.scope }));
}
