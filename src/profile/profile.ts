/** How a token is put into a request. */
export type SendAs =
  | { readonly scheme: string }
  | { readonly header: string }
  | { readonly query: string }
  /** HTTP Basic: the token is the password; without a username the token is `user:password`. */
  | { readonly basic: { readonly username?: string } };

/**
 * Ways to get a token. Those that ask an authorization server are one file each in src/oauth/grants/, the others in
 * src/sources/ and, where the editor itself is the source, in src/editor/sources/.
 */
export type Grant = OAuthGrant | LocalGrant | 'static';

export type OAuthGrant =
  /** RFC 6749 section 4.1 with PKCE (RFC 7636). */
  | 'authorization_code'
  /** RFC 8628. */
  | 'device_code'
  | 'client_credentials'
  | 'refresh_token'
  /** RFC 6749 section 4.3. */
  | 'password'
  /** RFC 7523 section 2.1. */
  | 'jwt_bearer'
  /** RFC 8693. */
  | 'token_exchange';

export type LocalGrant =
  /** A JWT that Keyturn signs itself with a key of the secret store. */
  | 'self_signed'
  /** What another program prints. */
  | 'command'
  /** An account that the editor is signed in to. */
  | 'editor_account'
  /** An entry of the system's keychain that another tool keeps. */
  | 'keychain'
  /** A variable of the process's environment. */
  | 'environment';

/** Names as registered with IANA. */
export type ClientAuthentication =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'none';

/**
 * How a token is obtained and where it may go. Holds no secret; declared in `keyturn.json`, or kept beside a
 * token that was pasted. Values are final: `{{variables}}` are already replaced.
 */
export interface TokenProfile {
  readonly name: string;
  readonly grant: Grant;
  /** Origin patterns: `https://api.example.com`, `https://*.example.com`, `http://127.0.0.1:*`. Never empty. */
  readonly origins: readonly string[];
  readonly sendAs: SendAs;
  readonly issuer: string | null;
  readonly tokenEndpoint: string | null;
  readonly clientId: string | null;
  readonly clientAuthentication: ClientAuthentication;
  readonly scope: string | null;
  readonly audience: string | null;
  readonly resource: string | null;
  readonly options: ProfileOptions;
  /** Where it was declared: location of the `keyturn.json`, or null for a token that was pasted. */
  readonly declaredIn: string | null;
  /**
   * Only in the profile of a token for a single request (`# @scope`): the profile that it was made from, which is the
   * same but for the scope.
   */
  readonly wide?: TokenProfile;
}

/** What only some grants use; properties of the profile itself in `keyturn.json`, under the same names. */
export interface ProfileOptions {
  /** Endpoints of a server without discovery. */
  readonly authorizationEndpoint: string | null;
  readonly deviceAuthorizationEndpoint: string | null;
  readonly introspectionEndpoint: string | null;
  readonly revocationEndpoint: string | null;
  readonly jwksUri: string | null;
  /**
   * Where the browser comes back to. `editor`: the editor's own address; `loopback`: a listener on this computer
   * (RFC 8252 section 7.3), or its fixed address such as `http://127.0.0.1:8400/callback`; null: what works here.
   */
  readonly redirectUri: string | null;
  readonly prompt: string | null;
  readonly loginHint: string | null;
  readonly acrValues: string | null;
  /** Seconds. */
  readonly maxAge: number | null;
  /** Further parameters of the authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>> | null;
  /** Tokens are bound to a key of ours (RFC 9449). */
  readonly dpop: boolean;
  readonly username: string | null;
  /** Names of the profiles whose tokens are exchanged. */
  readonly subjectToken: string | null;
  readonly actorToken: string | null;
  /** `urn:ietf:params:oauth:token-type:…` */
  readonly subjectTokenType: string | null;
  readonly actorTokenType: string | null;
  readonly requestedTokenType: string | null;
  /** Claims and header of a JWT that Keyturn signs: an assertion (RFC 7523) or the token itself. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly algorithm: string | null;
  readonly keyId: string | null;
  /** Seconds. */
  readonly lifetime: number | null;
  /** PEM or JWK outside the workspace; null: the key is in the secret store. */
  readonly keyFile: string | null;
  readonly certificateFile: string | null;
  /** Whom the client's assertion is meant for; null: the issuer, then the token endpoint where the server wants that. */
  readonly assertionAudience: 'issuer' | 'token_endpoint' | null;
  /** Program and arguments; never a shell's line. */
  readonly command: readonly string[] | null;
  /** JSON pointers (RFC 6901) into what the command prints. */
  readonly tokenPointer: string | null;
  readonly expiryPointer: string | null;
  /** Id of an authentication provider of the editor, such as `github`. */
  readonly provider: string | null;
  readonly keychainService: string | null;
  readonly keychainAccount: string | null;
  readonly variable: string | null;
}

/** The options of a profile that names none. */
export const noOptions: ProfileOptions = {
  authorizationEndpoint: null,
  deviceAuthorizationEndpoint: null,
  introspectionEndpoint: null,
  revocationEndpoint: null,
  jwksUri: null,
  redirectUri: null,
  prompt: null,
  loginHint: null,
  acrValues: null,
  maxAge: null,
  authorizationParameters: null,
  dpop: false,
  username: null,
  subjectToken: null,
  actorToken: null,
  subjectTokenType: null,
  actorTokenType: null,
  requestedTokenType: null,
  claims: null,
  algorithm: null,
  keyId: null,
  lifetime: null,
  keyFile: null,
  certificateFile: null,
  assertionAudience: null,
  command: null,
  tokenPointer: null,
  expiryPointer: null,
  provider: null,
  keychainService: null,
  keychainAccount: null,
  variable: null,
};

/** The profile of a token that a person pasted and that no `keyturn.json` declares. */
export function pastedProfile(name: string, origins: readonly string[], sendAs: SendAs): TokenProfile {
  return {
    name,
    grant: 'static',
    origins,
    sendAs,
    issuer: null,
    tokenEndpoint: null,
    clientId: null,
    clientAuthentication: 'none',
    scope: null,
    audience: null,
    resource: null,
    options: noOptions,
    declaredIn: null,
  };
}
