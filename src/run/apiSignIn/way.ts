import { KeyturnError } from '../../base/errors.ts';
import type { AuthorizationServer } from '../../oauth/server/discovery.ts';
import { signsIn, type SignInGrant } from '../../profile/grants/all.ts';
import type { ClientAuthentication } from '../../profile/profile.ts';

/** How the browser gets back to where Keyturn runs. */
export interface RedirectPlace {
  readonly loopback: boolean;
  /** The editor's own address; null where each window has another one, which no server can know beforehand. */
  readonly editorUri: string | null;
}

/** How to sign in at a server, as a profile says it and as a client is registered for it. */
export interface SignInWay {
  readonly grant: SignInGrant | 'client_credentials';
  readonly redirectUri: 'loopback' | 'editor' | null;
  readonly registeredUris: readonly string[];
}

/** The listener of the authorization code grant takes any port on these (RFC 8252 section 7.3). */
const LOOPBACK_URIS = ['http://127.0.0.1/callback', 'http://[::1]/callback'];

/** Fails with `discovery_failed` where the server offers no way that works here. */
export function signInWay(server: AuthorizationServer, { loopback, editorUri }: RedirectPlace): SignInWay {
  if (servesClientsOnly(server))
    return { grant: 'client_credentials', redirectUri: null, registeredUris: [] };
  if (server.authorization_endpoint !== undefined) {
    if (loopback)
      return { grant: 'authorization_code', redirectUri: 'loopback', registeredUris: LOOPBACK_URIS };
    if (editorUri !== null)
      return { grant: 'authorization_code', redirectUri: 'editor', registeredUris: [editorUri] };
  }
  if (server.device_authorization_endpoint !== undefined)
    return { grant: 'device_code', redirectUri: null, registeredUris: [] };
  throw new KeyturnError(
    'discovery_failed',
    server.authorization_endpoint === undefined
      ? `${server.issuer} offers no way to sign in.`
      : `${server.issuer} offers no way to sign in that works in a browser's editor.`,
    {
      hint:
        server.authorization_endpoint === undefined
          ? 'Declare a token profile in keyturn.json as the documentation of the API says.'
          : 'Sign in from an editor on your computer. If this editor runs on your computer too, set keyturn.signIn.redirect to "loopback".',
    },
  );
}

/** True where no person can sign in, but a client gets tokens for itself (RFC 6749 section 4.4). */
function servesClientsOnly({ grant_types_supported: grants }: AuthorizationServer): boolean {
  if (grants?.includes('client_credentials') !== true) return false;
  return !grants.includes('authorization_code') && !grants.includes(DEVICE_GRANT);
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Those that need nothing but a secret or a key which the person is asked for. */
const WITH_SECRET = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

/**
 * How a client that a person registered can prove itself, the likeliest first. Where people sign in, a client without
 * a secret is usual (RFC 8252 section 8.4), and many servers do not list it.
 */
export function clientAuthentications(
  server: AuthorizationServer,
  { grant }: SignInWay,
): readonly ClientAuthentication[] {
  const named = server.token_endpoint_auth_methods_supported;
  const withSecret = WITH_SECRET.filter((method) => named?.includes(method) === true);
  if (!signsIn(grant)) return withSecret.length === 0 ? ['client_secret_basic'] : withSecret;
  return named === undefined || named.includes('none') ? ['none'] : [...withSecret, 'none'];
}
