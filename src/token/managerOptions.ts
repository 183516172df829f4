import type { AuditRecorder } from '../base/auditEvent.ts';
import type { Clock } from '../base/clock.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { GrantContext, GrantResult } from './grant.ts';
import type { AskedSecret } from '../profile/key.ts';
import type { KeptSecrets } from './keptSecrets.ts';
import type { RefreshLease } from './refresh/lease.ts';
import type { TokenPlaces } from '../consent/places.ts';
import type { TokenProfile } from '../profile/profile.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { SignIn } from './signIn.ts';
import type { TokenStore } from './store.ts';
import type { UsageRecord } from './usage.ts';

/** Secrets from outside the store, such as `KEYTURN_TOKEN_<NAME>`; they stand above what is stored. */
export interface PresetSecrets {
  /** The access token, or the refresh token for the grant of that name. */
  token(profile: TokenProfile): string | null;
  secret(kind: AskedSecret, profile: TokenProfile): string | null;
}

export interface TokenManagerOptions {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** What Keyturn makes and keeps itself; shared with what signs requests. */
  readonly keptSecrets: KeptSecrets;
  readonly usage: UsageRecord;
  /** How long before its end a token counts as expiring. */
  leadMs(): number;
  /** Performs a grant. Loads what it needs itself: OAuth is heavy. */
  obtain(profile: TokenProfile, context: GrantContext): Promise<GrantResult>;
  /** Asks the person for a secret; `refused` when the stored one was. Null when none is given. */
  askSecret(
    profile: TokenProfile,
    question: { readonly kind: AskedSecret; readonly refused: boolean },
  ): Promise<string | null>;
  /** How to reach the person in a browser; absent where there is none. */
  signIn?(profile: TokenProfile): SignIn;
  /** The profile that another one names, such as the subject of an exchange. Fails with `profile_unknown`. */
  findProfile?(name: string, from: TokenProfile): Promise<TokenProfile>;
  readonly lease?: RefreshLease;
  /** Asks before a token is used from another place; absent where places are not told apart. */
  readonly places?: TokenPlaces;
  readonly audit?: AuditRecorder;
  readonly preset?: PresetSecrets;
  /** Told of what did not stop anything but matters to the person, such as a store that refuses a write. */
  report?(error: KeyturnError): void;
}
