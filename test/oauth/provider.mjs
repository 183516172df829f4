import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import Provider from 'oidc-provider';
import { addCustomGrants, JWT_BEARER, TOKEN_EXCHANGE } from './customGrants.mjs';

export const RESOURCE = 'https://reports.example.com';
export const OPAQUE_RESOURCE = 'https://opaque.example.com';
/** HS512 takes no shorter one. */
export const LONG_SECRET =
  'a client secret that is long enough even for the largest of the hashes, 64 bytes'.padEnd(64, '.');

/**
 * @typedef {object} TestProvider
 * @property {string} issuer
 * @property {() => number} tokenRequests How many times the token endpoint was asked.
 * @property {(clientId: string, scope: string, more?: object) => Promise<string>} signIn A refresh token as if a person had signed in
 *   and consented.
 * @property {() => Promise<void>} close
 */

/**
 * The certified provider on loopback, with clients for each way to authenticate.
 *
 * @param {object} [options]
 * @param {{ keys: object[] }} [options.jwks] Public keys of clients and of those who issue assertions.
 * @param {{ key: string, cert: string, ca: string }} [options.tls] Speaks https and takes client certificates of `ca`.
 * @param {boolean} [options.dpopNonce] Wants its own nonce in each DPoP verification.
 * @returns {Promise<TestProvider>}
 */
export async function startProvider({ jwks = { keys: [] }, tls, dpopNonce = false } = {}) {
  const server =
    tls === undefined
      ? createServer()
      : createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: false });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `${tls === undefined ? 'http://127.0.0.1' : 'https://localhost'}:${server.address().port}`;
  const client = (client_id, token_endpoint_auth_method, grant_types, more = {}) => ({
    client_id,
    ...(token_endpoint_auth_method === 'none' ? {} : { client_secret: `${client_id}-secret/+%` }),
    token_endpoint_auth_method,
    grant_types,
    redirect_uris: grant_types.includes('refresh_token') ? ['https://app.example.com/back'] : [],
    response_types: grant_types.includes('refresh_token') ? ['code'] : [],
    ...more,
  });
  const provider = new Provider(issuer, {
    clients: [
      client('basic', 'client_secret_basic', ['client_credentials']),
      client('post', 'client_secret_post', ['client_credentials']),
      client('person', 'client_secret_basic', ['authorization_code', 'refresh_token']),
      client('public', 'none', ['authorization_code', 'refresh_token']),
      client('signs', 'client_secret_jwt', ['client_credentials'], {
        client_secret: LONG_SECRET,
        token_endpoint_auth_signing_alg: 'HS256',
      }),
      client('signs512', 'client_secret_jwt', ['client_credentials'], {
        client_secret: LONG_SECRET,
        token_endpoint_auth_signing_alg: 'HS512',
      }),
      client('key', 'private_key_jwt', ['client_credentials'], { jwks }),
      client('ps', 'private_key_jwt', ['client_credentials'], {
        jwks,
        token_endpoint_auth_signing_alg: 'PS256',
      }),
      client('mtls', 'tls_client_auth', ['client_credentials'], {
        tls_client_auth_san_dns: 'client.example.com',
        tls_client_certificate_bound_access_tokens: true,
      }),
      client('direct', 'client_secret_basic', ['password', 'refresh_token', 'authorization_code']),
      client('issuer', 'none', [JWT_BEARER]),
      client('bound', 'client_secret_basic', ['client_credentials'], { dpop_bound_access_tokens: true }),
      client('bound-public', 'none', ['authorization_code', 'refresh_token'], {
        dpop_bound_access_tokens: true,
      }),
      client('exchanger', 'client_secret_basic', [TOKEN_EXCHANGE]),
    ],
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
      'none',
    ],
    enabledJWA: { clientAuthSigningAlgValues: ['HS256', 'HS512', 'RS256', 'PS256', 'ES256', 'EdDSA'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 'nonce'), requireNonce: () => dpopNonce },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: ({ req }) => req.socket.getPeerX509Certificate?.(),
        certificateAuthorized: ({ req }) => req.socket.authorized,
        certificateSubjectMatches: ({ req }, property, expected) =>
          property === 'tls_client_auth_san_dns' &&
          req.socket.getPeerX509Certificate()?.subjectAltName === `DNS:${expected}`,
      },
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
    extraTokenClaims: ({ actor }) => (actor === undefined ? undefined : { act: { sub: actor } }),
    rotateRefreshToken: (ctx) => ctx.oidc.client?.clientId === 'person',
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { ClientCredentials: 300, AccessToken: 300, RefreshToken: 86_400, Grant: 86_400 },
  });
  addCustomGrants(provider, jwks);
  let asked = 0;
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === '/token') asked++;
    void answer(request, response);
  });
  return {
    issuer,
    tokenRequests: () => asked,
    async signIn(clientId, scope, more = {}) {
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
        ...more,
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
