import { KeyturnError } from '../../base/errors.ts';
import type { AuthorizationServer } from '../../oauth/server/discovery.ts';

/** How the browser gets back to this window. */
export interface RedirectPlace {
  readonly loopback: boolean;
  /** The editor's own address; null where each window has another one, which no server can know beforehand. */
  readonly editorUri: string | null;
}

/** How to sign in at a server, as a profile says it and as a client is registered for it. */
export interface SignInWay {
  readonly grant: 'authorization_code' | 'device_code';
  readonly redirectUri: 'loopback' | 'editor' | null;
  readonly registeredUris: readonly string[];
}

/** The listener of the authorization code grant takes any port on these (RFC 8252 section 7.3). */
const LOOPBACK_URIS = ['http://127.0.0.1/callback', 'http://[::1]/callback'];

/** Fails with `discovery_failed` where the server offers no way that works here. */
export function signInWay(server: AuthorizationServer, { loopback, editorUri }: RedirectPlace): SignInWay {
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
          : 'Sign in from an editor on your computer. Where this one runs there too, set keyturn.signIn.redirect to "loopback".',
    },
  );
}
