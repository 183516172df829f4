import { ClientSecretBasic, ClientSecretPost, None, type ClientAuth } from 'oauth4webapi';
import { KeyturnError } from '../errors.ts';
import type { GrantContext } from '../token/grant.ts';
import type { TokenProfile } from '../token/profile.ts';

/** How the client proves itself at the token endpoint (RFC 6749 section 2.3); asks for the secret only if it is needed. */
export async function authenticateClient(
  profile: Pick<TokenProfile, 'clientAuthentication'>,
  { secret }: Pick<GrantContext, 'secret'>,
): Promise<ClientAuth> {
  switch (profile.clientAuthentication) {
    case 'client_secret_basic':
      return ClientSecretBasic(await secret('client_secret'));
    case 'client_secret_post':
      return ClientSecretPost(await secret('client_secret'));
    case 'none':
      return None();
    default:
      throw new KeyturnError(
        'unsupported',
        `The client authentication ${profile.clientAuthentication} is not supported.`,
      );
  }
}
