import { tokenKey } from '../../token/key.ts';
import { pastedProfile } from '../../token/profile.ts';
import type { Token } from '../../token/token.ts';

/** A pasted token with another name or other origins, under the key that these give it. */
export function changedToken(token: Token, name: string, personal: NonNullable<Token['personal']>): Token {
  return { ...token, name, personal, key: tokenKey(pastedProfile(name, personal.origins, personal.sendAs)) };
}
