import type { TokenProfile } from '../token/profile.ts';
import { requireRegistration } from './agreements.ts';
import type { AuthorizationServer } from './discovery.ts';
import type { GrantTools } from './grant.ts';
import { describeResource, type ProtectedResource } from './protectedResource.ts';
import { unregisterClient } from './registrationManagement.ts';
import { registerClient, type RegisteredClient, type RegistrationRequest } from './registration.ts';

/** From a bare 401 to a client at the right server: what `Sign In to This API` asks of the network. */
export interface ApiSignIn {
  /** Fails with `discovery_failed`. */
  describe(url: URL, metadataUrl: string | null, signal: AbortSignal): Promise<ProtectedResource>;
  /** Fails like `Discovery.find`. */
  server(issuer: string, signal: AbortSignal): Promise<AuthorizationServer>;
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
  /** Deletes a client that nobody will use, where the server offers that; never fails. True when it is gone. */
  unregister(client: RegisteredClient): Promise<boolean>;
}

export function createApiSignIn(tools: GrantTools): ApiSignIn {
  return {
    describe: (url, metadataUrl, signal) => describeResource(url, metadataUrl, tools, signal),
    server: (issuer, signal) => tools.discovery.find(issuer, signal),
    requireRegistration: (profile, server, signal) => requireRegistration(profile, server, signal, tools),
    register: (server, request, signal) => registerClient(server, request, tools, signal),
    unregister: async ({ management }) => management !== null && unregisterClient(management, tools),
  };
}
