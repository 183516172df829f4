import { tokenKey } from '../../token/key.ts';
import type { SendAs, TokenProfile } from '../../token/profile.ts';
import type { Token } from '../../token/token.ts';

/** The profile of a token that a person pasted and that no `keyturn.json` declares. */
export function personalProfile(parts: {
  readonly name: string;
  readonly origins: readonly string[];
  readonly sendAs: SendAs;
}): TokenProfile {
  return {
    ...parts,
    grant: 'static',
    issuer: null,
    tokenEndpoint: null,
    clientId: null,
    clientAuthentication: 'none',
    scope: null,
    audience: null,
    resource: null,
    declaredIn: null,
  };
}

/** A pasted token with another name or other origins, under the key that these give it. */
export function changedToken(token: Token, name: string, personal: NonNullable<Token['personal']>): Token {
  return { ...token, name, personal, key: tokenKey(personalProfile({ name, ...personal })) };
}
