import { tokenKey } from '../../profile/key.ts';
import { canonicalOrigin } from '../../profile/origin.ts';
import { pastedProfile } from '../../profile/profile.ts';
import type { Token } from '../../token/token.ts';

/** A pasted token with another name or other origins, under the key that these give it. */
export function changedToken(token: Token, name: string, personal: NonNullable<Token['personal']>): Token {
  return { ...token, name, personal, key: tokenKey(pastedProfile(name, personal.origins, personal.sendAs)) };
}

/** `added https://a.example.com; removed https://b.example.com`, for the audit. */
export function originChange(before: readonly string[], after: readonly string[]): string {
  const without = (origins: readonly string[], others: readonly string[]) => {
    const known = new Set(others.map(canonicalOrigin));
    return origins.filter((origin) => !known.has(canonicalOrigin(origin)));
  };
  const parts = [
    ['added', without(after, before)],
    ['removed', without(before, after)],
  ] as const;
  return parts
    .filter(([, origins]) => origins.length > 0)
    .map(([word, origins]) => `${word} ${origins.join(' ')}`)
    .join('; ');
}
