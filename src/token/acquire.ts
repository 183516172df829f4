import type { TokenProfile } from '../profile/profile.ts';
import type { Token, TokenStatus } from './token.ts';

/** What a new sign-in shall bring; null where the profile's own word holds. */
export interface Reauthentication {
  /** Space separated, in addition to the profile's. */
  readonly scope: string | null;
  /** RFC 9470 section 4. */
  readonly acrValues: string | null;
  /** Seconds. */
  readonly maxAge: number | null;
}

export interface AcquiredToken {
  readonly token: Token;
  readonly profile: TokenProfile;
  readonly status: TokenStatus;
  /** True when this call obtained or refreshed the token, or waited for another call that did. */
  readonly refreshed: boolean;
}

export interface AcquireOptions {
  readonly signal?: AbortSignal;
  /** Refresh even if the token looks fresh (a person asked, or the server said invalid_token). */
  readonly force?: boolean;
  /**
   * With `force`: the access token that the server refused. Nothing is fetched when another one is held already, so
   * that a hundred requests refused together cause one refresh.
   */
  readonly rejected?: string;
  /**
   * A token that is held is not enough: the person asked to sign in, or the server for more than it grants (RFC 9470).
   * Profiles that sign in send the person to the browser; the others ask their server anew. Fails with
   * `sign_in_needed` where no person can be reached.
   */
  readonly reauthenticate?: Reauthentication;
  /** What asks, for the audit: a line of a file, a command. */
  readonly cause?: string;
  /** Location of the file that uses the token: its folder is the place of a token that no keyturn.json declares. */
  readonly file?: string;
  /** The token that waits for this one, to be obtained with it. One that leads back to itself fails. */
  readonly neededFor?: TokenProfile;
  /** Remembers the use, so that the token is refreshed in the background for the next hour. Default true. */
  readonly markUsed?: boolean;
}
