import { genericTokenEndpointRequest, processGenericTokenEndpointResponse } from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantPerformer } from '../grant.ts';
import { askTokenEndpoint, requestedAccess } from '../tokenEndpoint.ts';

/**
 * RFC 6749 section 4.3, for servers that offer nothing better: its user gives a password to a program that it was
 * not meant for (RFC 9700 section 2.4 forbids it).
 */
export const password: GrantPerformer = {
  grant: 'password',
  async obtain(profile, context, tools) {
    const { username } = profile.options;
    if (username === null) {
      throw new KeyturnError('profile_invalid', `The token profile "${profile.name}" names no user.`, {
        hint: 'Write a "username" into keyturn.json.',
      });
    }
    return askTokenEndpoint(profile, context, tools, {
      refused: 'Check the username and the password, and that this client may use the password grant.',
      async request({ server, client, options, authenticate }) {
        const authentication = await authenticate();
        const parameters = requestedAccess(profile);
        parameters.set('username', username);
        parameters.set('password', await context.secret('password'));
        return genericTokenEndpointRequest(server, client, authentication, 'password', parameters, options);
      },
      process: ({ server, client }, response) =>
        processGenericTokenEndpointResponse(server, client, response),
    });
  },
};
