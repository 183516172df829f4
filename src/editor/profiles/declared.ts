import type { Uri } from 'vscode';
import type { Span } from '../../base/position.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/** Where a `keyturn.json` declares a profile. */
export interface ProfileDeclaration {
  readonly location: string;
  /** The profile, or the first of its errors. */
  readonly span: Span;
  /** True when it cannot be used before the file is corrected. */
  readonly hasErrors: boolean;
}

/** The `keyturn.json` files of the workspace; each document uses the nearest one upward. */
export interface ProfileIndex {
  /** Names that a document may use: profiles of its `keyturn.json`, then pasted tokens. */
  names(document: Uri): Promise<string[]>;
  /** Fails with `profile_unknown`, `profile_invalid` or, for what an untrusted workspace declares, `untrusted_workspace`. */
  find(document: Uri, name: string): Promise<TokenProfile>;
  /** The profile that another one of the same `keyturn.json` names, in the same environment. Fails like `find`. */
  findBeside(from: TokenProfile, name: string): Promise<TokenProfile>;
  /** With what a profile was filled; for one of elsewhere, the variables that a file sees now. */
  variablesOf(profile: TokenProfile, file: Uri): Promise<ReadonlyMap<string, string>>;
  /** Where the document's `keyturn.json` declares the profile; null for a pasted token, and for none. */
  declaration(document: Uri, name: string): Promise<ProfileDeclaration | null>;
  /** Location of the keyturn.json that the document uses. */
  nearest(document: Uri): Promise<string | null>;
  /** After a keyturn.json was written. */
  reload(): void;
  /** Every profile of every folder of the workspace, variables replaced by the chosen environment. */
  all(): Promise<TokenProfile[]>;
  onDidChange(listener: () => void): { dispose(): void };
}
