import {
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { KeyturnError } from '../../errors.ts';
import type { GrantContext } from '../../token/grant.ts';
import { originAllowed } from '../../token/origin.ts';
import type { TokenProfile } from '../../token/profile.ts';
import { isOAuthGrant } from '../../token/profileGrants.ts';
import { parseUrl } from '../../url.ts';
import { requireExchange } from '../agreements.ts';
import type { GrantPerformer } from '../grant.ts';
import { askTokenEndpoint, requestedAccess, type TokenEndpoint } from '../tokenEndpoint.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';
const ACCESS_TOKEN = `${TYPE}access_token`;
const REFRESH_TOKEN = `${TYPE}refresh_token`;

/** RFC 8693: the tokens of other profiles are exchanged for one with other rights, for another audience or person. */
export const tokenExchange: GrantPerformer = {
  grant: 'token_exchange',
  async obtain(profile, context, tools) {
    const { subjectToken, subjectTokenType, actorToken, actorTokenType, requestedTokenType } =
      profile.options;
    if (subjectToken === null) {
      throw new KeyturnError('profile_invalid', `The token profile "${profile.name}" exchanges no token.`, {
        hint: 'Write the name of another profile as "subjectToken" into keyturn.json.',
      });
    }
    return askTokenEndpoint(profile, context, tools, {
      refused: 'Check that the exchanged token is valid, and that this client may exchange it.',
      async request(endpoint) {
        const { server, client, options, authenticate } = endpoint;
        const parameters = requestedAccess(profile);
        const others: TokenProfile[] = [];
        const set = async (prefix: 'subject' | 'actor', name: string, type: string) => {
          const other = await context.otherToken(name);
          others.push(other.profile);
          parameters.set(`${prefix}_token`, valueOf(other, type, profile, endpoint));
          parameters.set(`${prefix}_token_type`, type);
        };
        await set('subject', subjectToken, subjectTokenType ?? ACCESS_TOKEN);
        if (actorToken !== null) await set('actor', actorToken, actorTokenType ?? ACCESS_TOKEN);
        await requireExchange(profile, others, context, tools);
        if (requestedTokenType !== null) parameters.set('requested_token_type', requestedTokenType);
        const authentication = await authenticate();
        return genericTokenEndpointRequest(server, client, authentication, GRANT_TYPE, parameters, options);
      },
      async process({ server, client }, response) {
        const tokens = await processGenericTokenEndpointResponse(server, client, response, {
          recognizedTokenTypes: { n_a: () => undefined },
        });
        checkIssuedType(tokens, requestedTokenType);
        return tokens;
      },
    });
  },
};

type OtherToken = Awaited<ReturnType<GrantContext['otherToken']>>;

/** The value of another profile's token, if it may go where this one is obtained. */
function valueOf(other: OtherToken, type: string, profile: TokenProfile, { server }: TokenEndpoint): string {
  const { name } = other.profile;
  const endpoint = new URL(server.token_endpoint ?? '');
  if (!mayGoTo(endpoint, type, other.profile, profile)) {
    throw new KeyturnError(
      'origin_not_allowed',
      `The token "${name}" may not go to ${endpoint.origin}, where "${profile.name}" would exchange it.`,
      {
        hint: `Add ${endpoint.origin} to the "origins" of "${name}" if that server may use the token.`,
        data: { token: name, origin: endpoint.origin },
      },
    );
  }
  const value = tokenOfType(other, type);
  if (value !== null) return value;
  throw new KeyturnError(
    'token_missing',
    `The token "${name}" has no ${type.slice(TYPE.length)} to exchange.`,
    {
      hint: 'Correct "subjectTokenType" or "actorTokenType", or ask for the scope that brings one.',
      data: { token: name },
    },
  );
}

/**
 * A token may be shown to its own authorization server, and where its origins say; a refresh token to that server
 * alone. One that came from elsewhere has no such server, whatever issuer its profile names: people agree to origins.
 * Without this a keyturn.json could hand the tokens of its other profiles to any server.
 */
function mayGoTo(endpoint: URL, type: string, other: TokenProfile, profile: TokenProfile): boolean {
  if (type !== REFRESH_TOKEN && originAllowed(other.origins, endpoint)) return true;
  if (!isOAuthGrant(other.grant)) return false;
  if (profile.tokenEndpoint === null && profile.issuer !== null && profile.issuer === other.issuer)
    return true;
  return [other.issuer, other.tokenEndpoint].some(
    (url) => url !== null && parseUrl(url)?.origin === endpoint.origin,
  );
}

function tokenOfType({ token }: OtherToken, type: string): string | null {
  if (type === `${TYPE}id_token`) return token.idToken;
  if (type === REFRESH_TOKEN) return token.refreshToken;
  return token.accessToken;
}

/**
 * RFC 8693 section 2.2.1. A JWT may be an access token and the other way round. Some servers leave the type out, which
 * is taken for what was asked for; but nothing that renews tokens is taken for one to use.
 */
function checkIssuedType(tokens: TokenEndpointResponse, requested: string | null): void {
  const issued = tokens['issued_token_type'];
  const wanted = requested ?? issued;
  const fits =
    issued === undefined ||
    (typeof issued === 'string' &&
      (issued === wanted || (isAccessToken(issued) && isAccessToken(requested))) &&
      (issued !== REFRESH_TOKEN || requested === REFRESH_TOKEN));
  if (fits) return;
  throw new KeyturnError(
    'token_response_invalid',
    'The token endpoint issued another type of token than was asked for.',
    {
      hint: 'Correct "requestedTokenType", or see what the server offers.',
      data: { requested },
    },
  );
}

function isAccessToken(type: string | null): boolean {
  return type === ACCESS_TOKEN || type === `${TYPE}jwt`;
}
