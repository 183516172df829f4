import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

export const JWT_RESOURCE = 'https://jwt.example.com';
export const OPAQUE_RESOURCE = 'https://opaque.example.com';
export const ENCRYPTED_RESOURCE = 'https://encrypted.example.com';

/**
 * @typedef {object} InspectionProvider
 * @property {string} issuer
 * @property {string[]} requests Method and path of each request.
 * @property {object} decryptionKey The private JWK that opens encrypted access tokens.
 * @property {(clientId: string) => Promise<string>} signIn A refresh token as if a person had signed in.
 * @property {() => Promise<void>} close
 */

/**
 * The certified provider on loopback with introspection (RFC 7662 and 9701) and revocation, and access tokens that are
 * JWT, opaque or encrypted, by their resource.
 *
 * @returns {Promise<InspectionProvider>}
 */
export async function startInspectionProvider() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const signing = await generateKeyPair('RS256', { extractable: true });
  const encryption = await generateKeyPair('RSA-OAEP-256', { extractable: true });
  const client = (client_id, more = {}) => ({
    client_id,
    client_secret: `${client_id}-secret/+%`,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials', 'refresh_token', 'authorization_code'],
    redirect_uris: ['https://app.example.com/back'],
    response_types: ['code'],
    ...more,
  });
  const formats = {
    [OPAQUE_RESOURCE]: { accessTokenFormat: 'opaque' },
    [JWT_RESOURCE]: { accessTokenFormat: 'jwt' },
    [ENCRYPTED_RESOURCE]: {
      accessTokenFormat: 'jwt',
      jwt: {
        sign: { alg: 'RS256' },
        encrypt: { alg: 'RSA-OAEP-256', enc: 'A256GCM', key: encryption.publicKey },
      },
    },
  };
  const provider = new Provider(issuer, {
    clients: [client('plain'), client('signed', { introspection_signed_response_alg: 'RS256' })],
    jwks: { keys: [{ ...(await exportJWK(signing.privateKey)), use: 'sig', alg: 'RS256', kid: 'current' }] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      jwtIntrospection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => OPAQUE_RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: 'reports:read reports:write',
          audience: resource,
          accessTokenTTL: 300,
          ...formats[resource],
        }),
      },
    },
    rotateRefreshToken: true,
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { ClientCredentials: 300, AccessToken: 300, RefreshToken: 86_400, Grant: 86_400 },
  });
  const requests = [];
  const answer = provider.callback();
  server.on('request', (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void answer(request, response);
  });
  return {
    issuer,
    requests,
    decryptionKey: await exportJWK(encryption.privateKey),
    async signIn(clientId) {
      const grant = new provider.Grant({ accountId: 'zoe', clientId });
      grant.addOIDCScope('openid offline_access');
      grant.addResourceScope(OPAQUE_RESOURCE, 'reports:read');
      const token = new provider.RefreshToken({
        accountId: 'zoe',
        client: await provider.Client.find(clientId),
        grantId: await grant.save(),
        gty: 'authorization_code',
        resource: OPAQUE_RESOURCE,
        scope: 'openid offline_access reports:read',
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
