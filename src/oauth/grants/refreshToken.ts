import { processRefreshTokenResponse, refreshTokenGrantRequest } from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantPerformer } from '../grant.ts';
import { requireSameSignIn } from '../sameSignIn.ts';
import { askTokenEndpoint, requestedAccess } from '../tokenEndpoint.ts';

const ENDED_HINT = 'The refresh token has expired, was used before, or was revoked: add a new one.';

/** RFC 6749 section 6. */
export const refreshToken: GrantPerformer = {
  grant: 'refresh_token',
  async obtain(profile, context, tools) {
    const held = context.refreshToken;
    if (held === null) {
      throw new KeyturnError('token_missing', `No refresh token is stored for "${profile.name}".`, {
        hint: 'Add the token: paste its refresh token once.',
        data: { token: profile.name },
      });
    }
    return askTokenEndpoint(profile, context, tools, {
      refreshToken: held,
      refused: ENDED_HINT,
      async request({ server, client, options, authenticate }) {
        const authentication = await authenticate();
        const additionalParameters = requestedAccess(profile);
        return refreshTokenGrantRequest(server, client, authentication, held, {
          ...options,
          additionalParameters,
        });
      },
      process: ({ server, client }, response) => processRefreshTokenResponse(server, client, response),
      // With less scope of a sign-in, it is of that one still.
      async idToken(response) {
        const note = await requireSameSignIn(profile.name, context.idToken, response);
        if (note !== null) context.noted?.(note);
        return null;
      },
    });
  },
};
