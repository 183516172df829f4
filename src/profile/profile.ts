import type { Grant } from './grants/all.ts';
import { noOptions, type ProfileOptions } from './options.ts';

export type { Grant, LocalGrant, OAuthGrant } from './grants/all.ts';
export { noOptions, type ProfileOptions } from './options.ts';

/** How a token is put into a request. */
export type SendAs =
  | { readonly scheme: string }
  | { readonly header: string }
  | { readonly query: string }
  /** HTTP Basic: the token is the password; without a username the token is `user:password`. */
  | { readonly basic: { readonly username?: string } };

/** Names as registered with IANA. */
export type ClientAuthentication =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'none';

/** A profile of any grant; `grant` tells which. */
export type TokenProfile = { readonly [G in Grant]: ProfileOf<G> }[Grant];

/**
 * How a token is obtained and which origins may receive it. Holds no secret; declared in `keyturn.json`, or kept beside a
 * token that was pasted. Values are final: `{{variables}}` are already replaced.
 */
export interface ProfileOf<G extends Grant> {
  readonly name: string;
  readonly grant: G;
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
  /** Of the variables in it; only with a grant whose token depends on more of them than the profile names. */
  readonly environment?: string;
  /**
   * Only in the profile of a token for a single request (`# @scope`): the profile that it was made from, which is the
   * same but for the scope.
   */
  readonly parent?: TokenProfile;
}

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
