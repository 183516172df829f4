import { createServer } from 'node:http';
import Provider from 'oidc-provider';

/**
 * @typedef {object} RotatingProvider
 * @property {string} issuer
 * @property {number[]} refreshes When a refresh token was exchanged, milliseconds since the epoch, in order.
 * @property {() => number} revocations How many sign-ins ended because a refresh token was used twice.
 * @property {() => Promise<string>} signIn A refresh token as if a person had signed in and consented.
 * @property {() => Promise<void>} close
 */

/**
 * The certified provider on loopback with a public client. Refresh tokens rotate; one that is used twice ends the
 * whole sign-in. `GET /check` answers 200 to a bearer token that is valid now, else 401.
 *
 * @param {number} accessTokenSeconds
 * @returns {Promise<RotatingProvider>}
 */
export async function startRotatingProvider(accessTokenSeconds) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'person',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['https://app.example.com/back'],
      },
    ],
    features: { devInteractions: { enabled: false } },
    rotateRefreshToken: () => true,
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { AccessToken: accessTokenSeconds, IdToken: 3600, RefreshToken: 86_400, Grant: 86_400 },
  });
  const refreshes = [];
  let revocations = 0;
  provider.on('grant.success', () => refreshes.push(Date.now()));
  provider.on('grant.revoked', () => revocations++);
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url !== '/check') {
      void answer(request, response);
      return;
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    void provider.AccessToken.find(token).then((found) => {
      response.writeHead(found === undefined || found.isExpired ? 401 : 200).end();
    });
  });
  return {
    issuer,
    refreshes,
    revocations: () => revocations,
    async signIn() {
      const grant = new provider.Grant({ accountId: 'zoe', clientId: 'person' });
      grant.addOIDCScope('openid offline_access');
      const client = await provider.Client.find('person');
      const token = new provider.RefreshToken({
        accountId: 'zoe',
        client,
        grantId: await grant.save(),
        gty: 'authorization_code',
        scope: 'openid offline_access',
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
