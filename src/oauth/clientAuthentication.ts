import { ClientSecretBasic, ClientSecretPost, None, type ClientAuth } from 'oauth4webapi';
import type { TokenProfile } from '../token/profile.ts';

/** How the client proves itself at the token endpoint (RFC 6749 section 2.3); asks for the secret only if it is needed. */
export async function authenticateClient(
  profile: Pick<TokenProfile, 'clientAuthentication'>,
  clientSecret: () => Promise<string>,
): Promise<ClientAuth> {
  switch (profile.clientAuthentication) {
    case 'client_secret_basic':
      return ClientSecretBasic(await clientSecret());
    case 'client_secret_post':
      return ClientSecretPost(await clientSecret());
    case 'none':
      return None();
  }
}
