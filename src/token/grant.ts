import type { AskedSecret, SecretKind } from '../profile/key.ts';
import type { SignIn } from './signIn.ts';
import type { AcquiredToken, Reauthentication } from './acquire.ts';

/** What a grant brought. */
export interface GrantResult {
  /** Printable ASCII, never empty. */
  readonly accessToken: string;
  /** Null when the server issued none; the one that was used stays valid then (RFC 6749 section 6). */
  readonly refreshToken: string | null;
  /** OpenID Connect Core section 2; already checked. */
  readonly idToken: string | null;
  /** Lower case, such as `bearer` or `dpop`. */
  readonly tokenType: string;
  /** Null when the server did not say, which means: as asked for (RFC 6749 section 5.1). */
  readonly scope: string | null;
  /** From `expires_in`, counted from before the request; null when the server did not say. Milliseconds since the epoch. */
  readonly expiresAtMs: number | null;
  /** See `Token.receivers`. */
  readonly receivers?: readonly string[];
  /** What time the server had when it answered (`Date`, RFC 9110 section 6.6.1). Milliseconds since the epoch. */
  readonly serverTimeMs?: number;
}

/** What the token manager gives to a grant. */
export interface GrantContext {
  /** The refresh token that is held, if any. */
  readonly refreshToken: string | null;
  /** Of the sign-in that the refresh token is of; null where there is none. A refreshed token must be of the same. */
  readonly idToken: string | null;
  /** Where the refresh token may go: see `Token.receivers`; absent where that was not noted. */
  readonly receivers?: readonly string[] | undefined;
  /** From the store, or from the person, who is asked only while a caller waits. Fails with `secret_missing`. */
  readonly secret: (kind: AskedSecret) => Promise<string>;
  /** A secret that is made when there is none, and kept. */
  readonly keptSecret: (
    kind: Exclude<SecretKind, AskedSecret>,
    make: () => Promise<string>,
  ) => Promise<string>;
  /** The token of another profile of the same keyturn.json. Fails like `TokenManager.acquire`. */
  readonly otherToken: (profileName: string) => Promise<Pick<AcquiredToken, 'token' | 'profile'>>;
  /** A caller waits for the token, so the person may be asked. */
  readonly waiting: boolean;
  /** How to reach the person in a browser; null where no caller waits or no person can be reached. */
  readonly signIn: SignIn | null;
  /** A refresh token is not enough: the person asked to sign in, or the server for more than it grants. */
  readonly reauthenticate: Reauthentication | null;
  /**
   * Stores the refresh token that replaces the one that was sent, with what is held of the token before: whatever comes
   * of the rest of the answer, the old one is spent. `receivers`: where the new one may go, see `Token.receivers`.
   */
  readonly rotated: (refreshToken: string, receivers?: readonly string[]) => Promise<void>;
  /** Something of the answer that a person may want to know, for the audit. Never a secret. */
  readonly noted?: (detail: string) => void;
  readonly signal: AbortSignal;
}
