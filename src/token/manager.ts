import type { TokenProfile } from '../profile/profile.ts';
import type { Token, TokenStatus } from './token.ts';
import type { AcquiredToken, AcquireOptions } from './acquire.ts';

/** One line of the tree, the list command and the status bar: a profile, and what is held for it. */
export interface TokenEntry {
  readonly profile: TokenProfile;
  /** `tokenKey(profile)`. */
  readonly key: string;
  readonly token: Token | null;
  readonly status: TokenStatus;
  readonly lastUsedAtMs: number | null;
  /** Why the last refresh failed, free of secrets; null after a success. */
  readonly lastError: { readonly code: string; readonly message: string } | null;
  /** A new token can be had without a person. */
  readonly canRefresh: boolean;
  /** The next token needs a person in a browser: there is no sign-in yet, or its tokens have expired. */
  readonly needsSignIn: boolean;
  /**
   * How far this computer's clock is ahead of the server's, milliseconds; negative when it is behind, 0 when they
   * agree within ten seconds, null when the server has not been asked yet.
   */
  readonly clockSkewMs: number | null;
}

/** False too where nothing but a refresh token is held. */
export function hasAccessToken({ token }: TokenEntry): boolean {
  return token !== null && token.accessToken !== '';
}

/** What an introspection told of the held token (RFC 7662 section 2.2). */
export interface LearnedFacts {
  readonly active: boolean;
  /** By the server's clock, milliseconds since the epoch; null when it did not say. */
  readonly expiresAtMs: number | null;
  readonly scope: string | null;
}

/**
 * Hands out fresh tokens. One refresh serves all who wait for the same key; a failed refresh keeps the old token.
 * Every value handed out is registered with the Redactor first.
 */
export interface TokenManager {
  /**
   * Fails with `token_missing`, `token_expired`, `sign_in_needed`, `access_denied`, or the codes of the grant. Signs the person in when
   * nothing else brings a token.
   */
  acquire(profile: TokenProfile, options?: AcquireOptions): Promise<AcquiredToken>;
  /**
   * Keeps what a person pasted: the token itself for the static grant, a refresh token for the grant of that name,
   * which is tried at once and kept only if the server takes it. What was held before stays when this fails,
   * unless the server replaced it: then the new refresh token is held, and the next use tries it.
   */
  add(
    profile: TokenProfile,
    value: string,
    options?: Pick<AcquireOptions, 'signal' | 'cause'>,
  ): Promise<TokenEntry>;
  /**
   * Takes what an introspection said of this access token: the end of one whose end is unknown, its scope, and that
   * it is no more. Nothing happens when another token is held by now.
   */
  learn(profile: TokenProfile, accessToken: string, facts: LearnedFacts): Promise<void>;
  /**
   * Lets go of the held tokens of profiles whose source says that something changed, such as an account that was
   * signed out: the next use asks it. What the store keeps stays there.
   */
  release(concerned: (profile: TokenProfile) => boolean): Promise<void>;
  /** What is held now; nothing is fetched. */
  peek(profile: TokenProfile): Promise<TokenEntry>;
  /**
   * Tokens that were pasted, as entries with profiles of their own (`declaredIn: null`); with a name, only those of
   * that name.
   */
  personal(name?: string): Promise<TokenEntry[]>;
  /**
   * Names of the tokens that `personal` reads, by their keys. Nothing is read: tokens that were pasted for a keyturn.json
   * are among them until then.
   */
  personalNames(): Promise<ReadonlyMap<string, string>>;
  /** Tells the keys whose token, status or error changed. */
  onDidChange(listener: (keys: ReadonlySet<string>) => void): { dispose(): void };
  /** Resolves when no refresh is under way whose refresh token the server may have taken: until then, do not end. */
  finished(): Promise<void>;
  dispose(): void;
}
