import type { Clock } from '../clock.ts';
import type { KeyturnError } from '../errors.ts';
import type { GrantContext, GrantResult } from './grant.ts';
import type { TokenProfile } from './profile.ts';
import type { Redactor } from './redactor.ts';
import type { TokenStore } from './store.ts';
import type { UsageRecord } from './usage.ts';

/** Secrets from outside the store, such as `KEYTURN_TOKEN_<NAME>`; they stand above what is stored. */
export interface PresetSecrets {
  /** The access token, or the refresh token for the grant of that name. */
  token(profile: TokenProfile): string | null;
  clientSecret(profile: TokenProfile): string | null;
}

export interface TokenManagerOptions {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly usage: UsageRecord;
  /** How long before its end a token counts as expiring. */
  leadMs(): number;
  /** Performs a grant. Loads what it needs itself: OAuth is heavy. */
  obtain(profile: TokenProfile, context: GrantContext): Promise<GrantResult>;
  /** Asks the person for a client secret; `refused` when the stored one was. Null when none is given. */
  clientSecret(profile: TokenProfile, question: { readonly refused: boolean }): Promise<string | null>;
  readonly preset?: PresetSecrets;
  /** Told of what did not stop anything but matters to the person, such as a store that refuses a write. */
  report?(error: KeyturnError): void;
}
