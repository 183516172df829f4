import { type ErrorCode } from '../../base/errors.ts';
import { environmentName, SECRET_PREFIXES, TOKEN_PREFIX } from '../../base/secretVariables.ts';

/** What to do where the keychain is missing or locked, with the variables of this token; null for other errors. */
export function storeHint(code: ErrorCode, tokenName: string): string | null {
  const end = environmentName(tokenName);
  const set = `${TOKEN_PREFIX}${end}, or ${SECRET_PREFIXES.client_secret}${end} if Keyturn obtains the token`;
  switch (code) {
    case 'store_unavailable':
      return `Set ${set}.`;
    case 'store_locked':
      return `Unlock it, or set ${set}.`;
    default:
      return null;
  }
}
