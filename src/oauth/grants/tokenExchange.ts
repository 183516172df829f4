import {
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantContext } from '../../token/grant.ts';
import { originAllowed } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { isOAuthGrant } from '../../profile/grants/all.ts';
import { addressOf, parseUrl } from '../../base/url.ts';
import { requireExchange } from '../receivers/permission.ts';
import type { GrantPerformer, GrantTools } from '../grant.ts';
import { requireTokenReceivers } from '../receivers/known.ts';
import { findServer } from '../server/server.ts';
import { serverText } from '../server/text.ts';
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
          await requireGoesTo(endpoint, type, other, profile, context, tools);
          parameters.set(`${prefix}_token`, valueOf(other, type));
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
        checkIssuedType(tokens, requestedTokenType, tools.mask);
        return tokens;
      },
    });
  },
};

type OtherToken = Awaited<ReturnType<GrantContext['otherToken']>>;

/** Fails with `origin_not_allowed` or `receiver_not_allowed` for a token that may not go where the other one is obtained. */
async function requireGoesTo(
  { server }: TokenEndpoint,
  type: string,
  { profile: other, token: { receivers } }: OtherToken,
  profile: TokenProfile,
  context: GrantContext,
  tools: GrantTools,
): Promise<void> {
  const endpoint = new URL(server.token_endpoint ?? '');
  if (type !== REFRESH_TOKEN && originAllowed(other.origins, endpoint)) return;
  if (await isOwnEndpoint(endpoint, other, profile, context.signal, tools)) {
    const sending = { profile: other, server, endpoints: ['token_endpoint'], receivers } as const;
    return requireTokenReceivers(sending, context, tools);
  }
  const { name } = other;
  throw new KeyturnError(
    'origin_not_allowed',
    `Keyturn may not send the token "${name}" to ${addressOf(endpoint)}, where "${profile.name}" would exchange it.`,
    {
      hint:
        type === REFRESH_TOKEN
          ? `A refresh token goes to its own issuer only: name that issuer in "${profile.name}".`
          : `Add ${endpoint.origin} to the "origins" of "${name}" if that server may use the token.`,
      data: { token: name, origin: endpoint.origin },
    },
  );
}

/**
 * A token may be shown to its own authorization server, and where its origins say; a refresh token to that server
 * alone. That is the same issuer, or the very same endpoint: issuers that share a host share nothing. A token that came
 * from elsewhere has no such server, even where its profile names an issuer: people allow origins. Without this a
 * keyturn.json could hand the tokens of its other profiles to any server.
 */
async function isOwnEndpoint(
  endpoint: URL,
  other: TokenProfile,
  profile: TokenProfile,
  signal: AbortSignal,
  tools: GrantTools,
): Promise<boolean> {
  if (!isOAuthGrant(other.grant)) return false;
  const named = profile.tokenEndpoint ?? other.tokenEndpoint;
  if (named === null && profile.issuer === other.issuer) return true;
  // An issuer that cannot be asked vouches for nothing.
  const own = await findServer(other, ['token_endpoint'], signal, tools).catch(() => null);
  return own?.token_endpoint !== undefined && parseUrl(own.token_endpoint)?.href === endpoint.href;
}

function valueOf({ profile: { name }, ...other }: OtherToken, type: string): string {
  const value = tokenOfType(other, type);
  if (value !== null) return value;
  throw new KeyturnError(
    'token_missing',
    `The token "${name}" has no ${type.slice(TYPE.length)} to exchange.`,
    {
      hint: 'Correct "subjectTokenType" or "actorTokenType", or request a scope with which the server issues one.',
      data: { token: name },
    },
  );
}

function tokenOfType({ token }: Pick<OtherToken, 'token'>, type: string): string | null {
  if (type === `${TYPE}id_token`) return token.idToken;
  if (type === REFRESH_TOKEN) return token.refreshToken;
  return token.accessToken;
}

/**
 * RFC 8693 section 2.2.1. A JWT may be an access token and the other way round. Some servers leave the type out, which
 * is taken for what was asked for; but a refresh token is never taken for one to use.
 */
function checkIssuedType(
  tokens: TokenEndpointResponse,
  requested: string | null,
  mask: (text: string) => string,
): void {
  const issued = tokens['issued_token_type'] ?? undefined;
  const wanted = requested ?? issued;
  const fits =
    issued === undefined ||
    (typeof issued === 'string' &&
      (issued === wanted || (isAccessToken(issued) && isAccessToken(requested))) &&
      (issued !== REFRESH_TOKEN || requested === REFRESH_TOKEN));
  if (fits) return;
  throw new KeyturnError(
    'token_response_invalid',
    `The token endpoint issued another type of token than was asked for: "issued_token_type" is ${serverText(JSON.stringify(issued), mask, 100)}.`,
    {
      hint: 'Correct "requestedTokenType", or see what the server offers.',
      data: { requested },
    },
  );
}

function isAccessToken(type: string | null): boolean {
  return type === ACCESS_TOKEN || type === `${TYPE}jwt`;
}
