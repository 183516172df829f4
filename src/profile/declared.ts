import type { Span } from '../base/position.ts';
import type { TokenProfile } from './profile.ts';
import type { ProfileFaultCode } from './check.ts';

/** A profile as keyturn.json declares it: its strings may still hold `{{variables}}`. */
export type DeclaredProfile = TokenProfile & {
  /** Location of the keyturn.json. */
  readonly declaredIn: string;
  /** Where its name stands. */
  readonly span: Span;
};

export type ProfileProblemCode =
  | ProfileFaultCode
  | 'file_too_large'
  | 'file_unreadable'
  | 'json_invalid'
  | 'name_duplicate'
  | 'name_invalid'
  | 'property_duplicate'
  | 'property_unknown'
  | 'type_invalid';

export interface ProfileProblem {
  readonly code: ProfileProblemCode;
  /** One English sentence, free of what the file says where that may be a secret. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
  readonly span: Span;
  /** The profile it concerns, where it concerns one. */
  readonly profileName: string | null;
}

export interface ProfileFile {
  readonly location: string;
  /** Those without errors, in the order of the file. */
  readonly profiles: readonly DeclaredProfile[];
  readonly problems: readonly ProfileProblem[];
}
