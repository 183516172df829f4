import type { Redactor } from './redactor.ts';
import type { Token } from './token.ts';

/** Makes every secret of a token known. */
export function registerToken(
  redactor: Redactor,
  name: string,
  { accessToken, refreshToken, idToken }: Pick<Token, 'accessToken' | 'refreshToken' | 'idToken'>,
): void {
  for (const secret of [accessToken, refreshToken, idToken]) {
    if (secret !== null) redactor.register(secret, name);
  }
}

/** A scope as a server names it, which it may name after what it was sent: scopes are shown in many places. */
export function maskedScope(redactor: Pick<Redactor, 'mask'>, scope: string | null): string | null {
  return scope === null ? null : redactor.mask(scope);
}
