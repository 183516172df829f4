import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { errors, Provider } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { sandboxClients, sandboxScopes } from './clients.ts';

/** Signature algorithm of the access tokens. */
export const signingAlgorithm = 'ES256';

/** Person in whose name `POST /sandbox/session` hands out refresh tokens. */
const accountId = 'demonstration-person';

const dayInSeconds = 24 * 60 * 60;

export interface IssuerOptions {
  /** Where the issuer is reached: an origin without a path. */
  readonly issuer: string;
  /** Audience of the access tokens: the reports API's origin. */
  readonly audience: string;
  readonly lifetimeSeconds: number;
}

/**
 * An OpenID provider that signs JWT access tokens (RFC 9068) for the reports API, whether or not a request names
 * the API as its `resource`. Its key is new at each start, so tokens of an earlier sandbox are refused.
 */
export async function createIssuer(
  options: IssuerOptions,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const resourceServer = {
    scope: sandboxScopes.join(' '),
    audience: options.audience,
    accessTokenTTL: options.lifetimeSeconds,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: signingAlgorithm } },
  };
  const provider = new Provider(options.issuer, {
    // Named, since the provider warns of its default: here, all that it holds shall be gone when it stops.
    adapter: createMemoryAdapter(0),
    clients: sandboxClients.map(({ id, secret, scope }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials', 'refresh_token'],
      redirect_uris: [],
      response_types: [],
      scope,
    })),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: signingAlgorithm, use: 'sig' }] },
    scopes: [...sandboxScopes],
    clientDefaults: { id_token_signed_response_alg: signingAlgorithm },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    // A function of one's own is what allows clients the refresh token grant without `offline_access`.
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: options.lifetimeSeconds,
      ClientCredentials: options.lifetimeSeconds,
      Grant: dayInSeconds,
      RefreshToken: dayInSeconds,
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => options.audience,
        getResourceServerInfo: (_context: unknown, resource: string) => {
          if (resource === options.audience) return resourceServer;
          throw new errors.InvalidTarget(`the sandbox has no resource ${resource}`); // RFC 8707 section 2
        },
        useGrantedResource: () => true,
      },
    },
  });
  provider.on('server_error', (_context, error) => {
    process.stderr.write(`The sandbox's issuer failed: ${error.message}\n`);
  });

  const handle = provider.callback();
  return (request, response) => {
    const answered =
      request.method === 'POST' && request.url === '/sandbox/session'
        ? startSession(provider, options, request, response)
        : handle(request, response);
    answered.catch((error: unknown) => {
      process.stderr.write(`The sandbox's issuer failed: ${String(error)}\n`);
      response.destroy();
    });
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
