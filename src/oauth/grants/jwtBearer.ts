import { genericTokenEndpointRequest, processGenericTokenEndpointResponse } from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import { signingKey } from '../../profile/keys/signingKey.ts';
import { signProfileJwt } from '../../profile/keys/signJwt.ts';
import { assertionAudiences } from '../client/assertionAudience.ts';
import { authenticateClient, type ClientAuthenticator } from '../client/authentication.ts';
import { proofTime } from '../client/dpop.ts';
import type { GrantPerformer } from '../grant.ts';
import { askTokenEndpoint, requestedAccess, type TokenExchange } from '../tokenEndpoint.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * RFC 7523 section 2.1: an assertion of our own is exchanged for a token. The client is its issuer and subject unless
 * the claims of the profile say otherwise. A refresh token in the answer is not kept: we can always sign again.
 */
export const jwtBearer: GrantPerformer = {
  grant: 'jwt_bearer',
  async obtain(profile, context, tools) {
    const { claims } = profile.options;
    const issuer = claims?.['iss'] ?? profile.clientId;
    if (issuer === null) {
      throw new KeyturnError('profile_invalid', `The assertion of "${profile.name}" has no issuer.`, {
        hint: 'Write a "clientId" or the claim "iss" into keyturn.json.',
      });
    }
    const key = await signingKey(profile, context, tools);
    const authenticator = async (): Promise<ClientAuthenticator> => {
      const client = await authenticateClient(profile, context, tools);
      return {
        ways: (server, endpoint) => {
          const audiences =
            claims?.['aud'] === undefined
              ? assertionAudiences(profile, server, endpoint)
              : [{ name: 'claims', value: server.issuer }];
          return audiences.flatMap(({ name, value }) =>
            client.ways(server, endpoint).map((way) => ({
              name: `${name} ${way.name}`,
              authentication: async (asked, as, body, headers) => {
                await way.authentication(asked, as, body, headers);
                const nowMs = proofTime(tools.clocks.now(server[endpoint])) * 1000;
                const { jwt } = await signProfileJwt(
                  profile,
                  key,
                  { iss: issuer, sub: issuer, aud: value },
                  nowMs,
                );
                tools.register(jwt, `assertion of ${profile.name}`);
                body.set('assertion', jwt);
              },
            })),
          );
        },
      };
    };
    const exchange: TokenExchange = {
      refused:
        'Check the key, the claims and "assertionAudience" in keyturn.json, and that the server knows the key.',
      request: async ({ server, client, options, authenticate }) =>
        genericTokenEndpointRequest(
          server,
          client,
          await authenticate(),
          GRANT_TYPE,
          requestedAccess(profile),
          options,
        ),
      process: ({ server, client }, response) =>
        processGenericTokenEndpointResponse(server, client, response),
    };
    const result = await askTokenEndpoint(profile, context, tools, exchange, authenticator);
    return { ...result, refreshToken: null };
  },
};
