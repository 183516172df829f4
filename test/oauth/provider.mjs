import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const RESOURCE = 'https://reports.example.com';
export const OPAQUE_RESOURCE = 'https://opaque.example.com';

/**
 * @typedef {object} TestProvider
 * @property {string} issuer
 * @property {() => number} tokenRequests How many times the token endpoint was asked.
 * @property {(clientId: string, scope: string) => Promise<string>} signIn A refresh token as if a person had signed in
 *   and consented.
 * @property {() => Promise<void>} close
 */

/**
 * The certified provider on loopback, with clients for each way to authenticate.
 *
 * @returns {Promise<TestProvider>}
 */
export async function startProvider() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = (client_id, token_endpoint_auth_method, grant_types) => ({
    client_id,
    ...(token_endpoint_auth_method === 'none' ? {} : { client_secret: `${client_id}-secret/+%` }),
    token_endpoint_auth_method,
    grant_types,
    redirect_uris: grant_types.includes('refresh_token') ? ['https://app.example.com/back'] : [],
    response_types: grant_types.includes('refresh_token') ? ['code'] : [],
  });
  const provider = new Provider(issuer, {
    clients: [
      client('basic', 'client_secret_basic', ['client_credentials']),
      client('post', 'client_secret_post', ['client_credentials']),
      client('person', 'client_secret_basic', ['authorization_code', 'refresh_token']),
      client('public', 'none', ['authorization_code', 'refresh_token']),
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: 'reports:read reports:write',
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: resource === OPAQUE_RESOURCE ? 'opaque' : 'jwt',
        }),
      },
    },
    rotateRefreshToken: (ctx) => ctx.oidc.client?.clientId === 'person',
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { ClientCredentials: 300, AccessToken: 300, RefreshToken: 86_400, Grant: 86_400 },
  });
  let asked = 0;
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === '/token') asked++;
    void answer(request, response);
  });
  return {
    issuer,
    tokenRequests: () => asked,
    async signIn(clientId, scope) {
      const grant = new provider.Grant({ accountId: 'zoe', clientId });
      grant.addOIDCScope('openid offline_access');
      grant.addResourceScope(RESOURCE, scope);
      const grantId = await grant.save();
      const found = await provider.Client.find(clientId);
      const token = new provider.RefreshToken({
        accountId: 'zoe',
        client: found,
        grantId,
        gty: 'authorization_code',
        resource: RESOURCE,
        scope: `openid offline_access ${scope}`,
        rotations: 0,
        iiat: Math.floor(Date.now() / 1000),
      });
      return token.save();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
