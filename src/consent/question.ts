import type { TokenProfile } from '../profile/profile.ts';

/** A file that a command names, and what it held. */
export interface CommandFile {
  readonly path: string;
  /** Hash of its content. */
  readonly sha256: string;
}

/** What of this person's a keyturn.json wants to use. */
export type ConsentSubject =
  | {
      readonly kind: 'command';
      readonly command: readonly string[];
      /** Folder that it runs in. */
      readonly folder: string;
      /** The program with its whole path. */
      readonly program: string;
      /** Files that the command names: when one changes, the person is asked again. */
      readonly files: readonly CommandFile[];
    }
  | { readonly kind: 'keychain'; readonly service: string; readonly account: string | null }
  | { readonly kind: 'account'; readonly provider: string; readonly scopes: readonly string[] }
  | {
      readonly kind: 'key_file';
      /** As the profile writes it. */
      readonly path: string;
      /** Issuer and token endpoint for which it signs; empty for a token that is signed here. */
      readonly servers: readonly string[];
    }
  /** Secrets go to other servers than the one that the person sees. */
  | {
      readonly kind: 'sign_in';
      /** The server of the page, or the issuer for a grant without one. Origins, whole addresses where two share one. */
      readonly at: string;
      /** The server that makes the token of what it gets. */
      readonly redeemedAt: string;
      /** Every server that gets a code, a token or another secret, and for which `at` does not vouch. */
      readonly receivers: readonly string[];
      /** As keyturn.json names it; null where it names none. */
      readonly issuer: string | null;
      readonly hasPage: boolean;
    }
  /** What was obtained at some servers, or went to them alone so far, would go to others now. */
  | {
      readonly kind: 'new_receiver';
      /** The issuer whose metadata lead there; the new receiver itself where keyturn.json names no issuer. */
      readonly at: string;
      readonly known: readonly string[];
      readonly receivers: readonly string[];
    }
  /** Tokens of these profiles bring one that goes where they may not. */
  | { readonly kind: 'exchange'; readonly tokens: readonly string[] };

export interface ConsentQuestion {
  readonly tokenName: string;
  readonly subject: ConsentSubject;
  /** Where the token may go. */
  readonly origins: readonly string[];
  /** Location of the keyturn.json. */
  readonly declaredIn: string;
}

export function questionOf(profile: TokenProfile, subject: ConsentSubject): ConsentQuestion {
  const { name, origins, declaredIn } = profile;
  return { tokenName: name, subject, origins, declaredIn: declaredIn ?? '' };
}
