import { clientCredentialsGrantRequest, processClientCredentialsResponse } from 'oauth4webapi';
import type { GrantPerformer } from '../grant.ts';
import { askTokenEndpoint, requestedAccess } from '../tokenEndpoint.ts';

/** RFC 6749 section 4.4. A refresh token in the answer is not kept: the client can always ask again. */
export const clientCredentials: GrantPerformer = {
  grant: 'client_credentials',
  async obtain(profile, context, tools) {
    const result = await askTokenEndpoint(profile, context, tools, {
      request: async ({ server, client, options, authenticate }) =>
        clientCredentialsGrantRequest(
          server,
          client,
          await authenticate(),
          requestedAccess(profile),
          options,
        ),
      process: ({ server, client }, response) => processClientCredentialsResponse(server, client, response),
    });
    return { ...result, refreshToken: null };
  },
};
