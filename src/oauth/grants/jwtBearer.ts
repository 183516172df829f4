import { genericTokenEndpointRequest, processGenericTokenEndpointResponse } from 'oauth4webapi';
import { KeyturnError } from '../../errors.ts';
import { signingKey } from '../../token/signingKey.ts';
import { signProfileJwt } from '../../token/signJwt.ts';
import { assertionAudience, authenticateClient } from '../clientAuthentication.ts';
import type { GrantPerformer } from '../grant.ts';
import { askTokenEndpoint, requestedAccess } from '../tokenEndpoint.ts';

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
    const result = await askTokenEndpoint(profile, context, tools, {
      async request({ server, client, options }) {
        const authentication = await authenticateClient(profile, context, tools);
        const defaults = { iss: issuer, sub: issuer, aud: assertionAudience(profile, server) };
        const nowMs = tools.clocks.now(server.token_endpoint);
        const { jwt } = await signProfileJwt(profile, key, defaults, nowMs);
        tools.register(jwt, `assertion of ${profile.name}`);
        const parameters = requestedAccess(profile);
        parameters.set('assertion', jwt);
        return genericTokenEndpointRequest(server, client, authentication, GRANT_TYPE, parameters, options);
      },
      process: ({ server, client }, response) =>
        processGenericTokenEndpointResponse(server, client, response),
    });
    return { ...result, refreshToken: null };
  },
};
