import type { TokenProfile } from '../profile/profile.ts';
import { parseUrl } from '../base/url.ts';
import { requireRegistration } from './receivers/permission.ts';
import { createDiscovery, type AuthorizationServer } from './server/discovery.ts';
import type { GrantTools } from './grant.ts';
import { describeResource, type ProtectedResource } from './server/protectedResource.ts';
import { type OwnServer, ownServer } from './server/ownServer.ts';
import { noNearerThan, spaceOf, withinReachOf } from './receivers/reach.ts';
import { unregisterClient } from './client/registrationManagement.ts';
import { registerClient, type RegisteredClient, type RegistrationRequest } from './client/registration.ts';

/** From a bare 401 to a client at the right server: what `Sign In to This API` asks of the network. */
export interface ApiSignIn {
  /** Null where the API does not describe itself. Fails with `discovery_failed`. */
  describe(url: URL, metadataUrl: string | null, signal: AbortSignal): Promise<ProtectedResource | null>;
  /** The authorization server that an API may have at its own origin. Fails with codes of the `http` group. */
  ownServer(api: URL, signal: AbortSignal): Promise<OwnServer>;
  /** The server that `api` led to. Fails like `Discovery.find`, and with `address_too_near`. */
  server(issuer: string, signal: AbortSignal, api?: URL): Promise<AuthorizationServer>;
  /**
   * Asks the person before Keyturn registers for a profile at a server for which neither the issuer nor the page to sign
   * in at answers. Fails with `receiver_not_allowed`.
   */
  requireRegistration(profile: TokenProfile, server: AuthorizationServer, signal: AbortSignal): Promise<void>;
  /** Fails with `registration_failed`. */
  register(
    server: AuthorizationServer,
    request: RegistrationRequest,
    signal: AbortSignal,
  ): Promise<RegisteredClient>;
  /** Deletes a client that is not needed, where the server offers that; never fails. True when it is gone. */
  unregister(client: RegisteredClient): Promise<boolean>;
}

export function createApiSignIn(tools: GrantTools): ApiSignIn {
  return {
    describe: (url, metadataUrl, signal) => describeResource(url, metadataUrl, tools, signal),
    ownServer: (api, signal) => ownServer(api, tools, signal),
    async server(issuer, signal, api) {
      if (api === undefined || api.origin === parseUrl(issuer)?.origin)
        return tools.discovery.find(issuer, signal);
      // Not from those that are known: they may have been asked for without this limit.
      const fetch = noNearerThan(await spaceOf(api, tools), tools.fetch);
      return createDiscovery({ ...tools, fetch }).find(issuer, signal);
    },
    requireRegistration: (profile, server, signal) => requireRegistration(profile, server, signal, tools),
    register: (server, request, signal) =>
      registerClient(server, request, withinReachOf(server.issuer, tools), signal),
    unregister: async ({ management }) => management !== null && unregisterClient(management, tools),
  };
}
