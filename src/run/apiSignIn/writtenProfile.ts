import type { AuthorizationServer } from '../../oauth/server/discovery.ts';
import type { ProtectedResource } from '../../oauth/server/protectedResource.ts';
import type { RegisteredClient } from '../../oauth/client/registration.ts';
import { grantOf, signsIn } from '../../profile/grants/all.ts';
import type { WrittenProperties } from '../../profile/edit.ts';
import type { SignInWay } from './way.ts';

/** Stands for the client until there is one. */
export const UNREGISTERED: RegisteredClient = {
  clientId: 'unregistered',
  clientSecret: null,
  clientAuthentication: 'none',
  management: null,
};

interface ProfileParts {
  /** Null for an API that does not describe itself. */
  readonly api: ProtectedResource | null;
  readonly server: AuthorizationServer;
  /** False where the profile names endpoints instead. */
  readonly hasIssuer: boolean;
  readonly way: SignInWay;
  readonly client: Pick<RegisteredClient, 'clientId' | 'clientAuthentication'>;
  readonly scopes: readonly string[];
  readonly origin: string;
}

/** The profile as it stands in keyturn.json. */
export function writtenProfile(parts: ProfileParts): WrittenProperties {
  const { api, server, way, client, origin } = parts;
  const scopes = scopesFor(parts);
  // OpenID Connect Core section 11: without it the server leaves offline_access out.
  const consents =
    grantOf(way.grant).signIn?.redirects === true &&
    ['openid', 'offline_access'].every((scope) => scopes.includes(scope));
  return {
    grant: way.grant,
    ...(parts.hasIssuer ? { issuer: server.issuer } : endpointsOf(server)),
    clientId: client.clientId,
    clientAuthentication: client.clientAuthentication,
    ...(way.redirectUri === null ? {} : { redirectUri: way.redirectUri }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(consents ? { prompt: 'consent' } : {}),
    ...(api?.resource == null ? {} : { resource: api.resource }),
    ...(api?.dpopRequired === true ? { dpop: true } : {}),
    origins: [origin],
  };
}

function endpointsOf(server: AuthorizationServer): WrittenProperties {
  const { authorization_endpoint, device_authorization_endpoint, token_endpoint } = server;
  return {
    ...(authorization_endpoint === undefined ? {} : { authorizationEndpoint: authorization_endpoint }),
    ...(authorization_endpoint !== undefined || device_authorization_endpoint === undefined
      ? {}
      : { deviceAuthorizationEndpoint: device_authorization_endpoint }),
    ...(token_endpoint === undefined ? {} : { tokenEndpoint: token_endpoint }),
  };
}

/** With what brings a refresh token where the server wants that said (OpenID Connect Core section 11). */
function scopesFor({ scopes, server, way }: ProfileParts): string[] {
  const asked = new Set(scopes);
  const offered = server.scopes_supported ?? [];
  if (signsIn(way.grant) && offered.includes('offline_access')) {
    if (offered.includes('openid')) asked.add('openid');
    asked.add('offline_access');
  }
  return [...asked];
}
