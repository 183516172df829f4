import type { ErrorCode } from '../base/errors.ts';
import type { TokenProfile } from './profile.ts';

/** A profile as a `keyturn.json` declares it, filled with the variables of one environment. */
export interface ListedProfile {
  readonly name: string;
  /** Location of the `keyturn.json`. */
  readonly declaredIn: string;
  /** Null when the profile is the same in every environment. */
  readonly environment: string | null;
  /** Null when it cannot be filled: `problem` says why. */
  readonly profile: TokenProfile | null;
  readonly problem: { readonly code: ErrorCode; readonly message: string } | null;
}
