import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { SourceConsent } from '../consent/sources.ts';
import { questionOf } from '../consent/question.ts';
import { issuedNow } from './result.ts';
import type { TokenSource } from './source.ts';
import { readTokenText } from './tokenText.ts';

/** The system's keychain. */
export interface Keychain {
  /**
   * The entry of a service and account; without an account the first of the service. Null when there is none. Fails
   * with `store_locked`, `store_unavailable`, `unsupported` or `cancelled`.
   */
  read(service: string, account: string | null, signal: AbortSignal): Promise<string | null>;
}

export interface KeychainParts {
  readonly keychain: Keychain;
  readonly consent: SourceConsent;
  readonly clock: Clock;
}

/** An entry that another tool keeps in the system's keychain, read anew at each use. The person allowed it. */
export function keychainSource({ keychain, consent, clock }: KeychainParts): TokenSource {
  return {
    grant: 'keychain',
    async obtain(profile, { waiting, signal }) {
      const { name, options } = profile;
      const { keychainService: service, keychainAccount: account, tokenPointer, expiryPointer } = options;
      const data = { token: name };
      if (service === null || service === '' || account === '') {
        throw new KeyturnError(
          'profile_invalid',
          `The token "${name}" does not say which keychain entry it is.`,
          {
            hint: 'Add "keychainService" to its profile, and "keychainAccount" where there are several.',
            data,
          },
        );
      }
      if (/[\x00-\x1f\x7f]/.test(service + (account ?? ''))) {
        throw new KeyturnError(
          'profile_invalid',
          `The keychain entry of the token "${name}" holds a control character in its name.`,
          // A zero would end it in the system's eyes, and another entry would be read than the one that the person allowed.
          { hint: 'Correct "keychainService" and "keychainAccount".', data },
        );
      }
      if (isOurs(service)) {
        throw new KeyturnError('profile_invalid', `The token "${name}" names an entry of Keyturn itself.`, {
          hint: 'Name an entry of another tool.',
          data,
        });
      }
      const question = questionOf(profile, { kind: 'keychain', service, account });
      await consent.require(question, { waiting, signal });
      const value = await keychain.read(service, account, signal);
      if (value === null) {
        const entry = account === null ? `"${service}"` : `"${service}" of "${account}"`;
        throw new KeyturnError(
          'token_missing',
          `The keychain has no entry ${entry} for the token "${name}".`,
          {
            hint: 'Sign in with the tool that writes the entry. If that tool stores no account, remove "keychainAccount".',
            data,
          },
        );
      }
      const text = decoded(value);
      const nowMs = clock.now();
      const { token, fault } = readTokenText(text, { tokenPointer, expiryPointer, nowMs });
      if (token !== null) return issuedNow(token);
      throw new KeyturnError(
        'token_invalid',
        `The keychain entry "${service}" of the token "${name}" ${fault}.`,
        {
          hint: 'If the entry is JSON, say with "tokenPointer" where the token is.',
          data,
        },
      );
    },
  };
}

/** Entries of ours are under `keyturn` and what begins with `keyturn.`; Windows ignores the case. */
function isOurs(service: string): boolean {
  return /^keyturn(?:[./]|$)/i.test(service.trim());
}

const BASE64 = 'go-keyring-base64:';
const HEX = 'go-keyring-encoded:';

/** The `go-keyring` library, which many tools use, writes values in these forms on macOS. */
function decoded(value: string): string {
  if (value.startsWith(BASE64)) return Buffer.from(value.slice(BASE64.length), 'base64').toString('utf8');
  if (value.startsWith(HEX)) return Buffer.from(value.slice(HEX.length), 'hex').toString('utf8');
  return value;
}
