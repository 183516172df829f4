import type { JsonObject } from '../../inspect/claims.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/**
 * `verified`: the signature is that of a key that is trusted for the token, and no check failed. `invalid`: something
 * is wrong with the token. `not_verified`: nothing was found out, for want of a key or an answer.
 */
export type VerificationStatus = 'verified' | 'not_verified' | 'invalid';

/** Why a token is what its verification says. Stable: part of `--json`. */
export type VerificationCode =
  | 'verified'
  // not verified
  | 'not_a_jwt'
  | 'issuer_unknown'
  | 'keys_unavailable'
  | 'keys_insecure'
  | 'keys_invalid'
  | 'keys_too_many'
  | 'keys_too_large'
  | 'key_missing'
  | 'held_key_invalid'
  | 'not_signed'
  | 'algorithm_unsupported'
  | 'key_unusable'
  | 'decryption_failed'
  // invalid
  | 'unreadable'
  | 'algorithm_none'
  | 'algorithm_mismatch'
  | 'key_unknown'
  | 'key_untrusted'
  | 'signature_invalid'
  | 'header_unsupported'
  | 'type_mismatch'
  | 'claim_missing'
  | 'claim_invalid'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'expired'
  | 'not_yet_valid';

export type CheckName = 'decryption' | 'signature' | 'type' | 'issuer' | 'audience' | 'not_before' | 'expiry';

export interface VerificationCheck {
  readonly name: CheckName;
  /** `skipped`: there was nothing to compare with, or an earlier check failed. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** One sentence. May quote the token's claims. */
  readonly text: string;
}

/** The key that a signature was checked with. */
export interface VerificationKey {
  readonly kid: string | null;
  readonly alg: string;
  /** RFC 7638, SHA-256, base64url; null for a shared secret, which a hash would give away. */
  readonly thumbprint: string | null;
  /** Address of the key set; null for a key of the secret store. */
  readonly from: string | null;
}

export interface Verification {
  readonly status: VerificationStatus;
  readonly code: VerificationCode;
  /** One sentence. */
  readonly reason: string;
  /** What to do next; null where nothing helps. */
  readonly hint: string | null;
  readonly key: VerificationKey | null;
  readonly checks: readonly VerificationCheck[];
  /** What an encrypted token holds, once it was opened; null for others, whose claims need no key. */
  readonly opened: OpenedToken | null;
  readonly checkedAtMs: number;
}

export interface OpenedToken {
  /** Of the signed token within; null where there is none. */
  readonly header: JsonObject | null;
  readonly claims: JsonObject;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number | null;
}

/** What a server said of a token. */
export interface Introspection {
  readonly active: boolean;
  /**
   * False when the server calls a JWT inactive: many keep no record of those they issued and know nothing of them, so
   * it may count all the same.
   */
  readonly conclusive: boolean;
  /** Vendor's name for an endpoint of its own; null for RFC 7662. */
  readonly vendor: string | null;
  /** Who was asked, without a query. */
  readonly endpoint: string;
  /** Null where the server does not say. */
  readonly scopes: readonly string[] | null;
  readonly expiresAtMs: number | null;
  readonly subject: string | null;
  /** Everything the server said. */
  readonly claims: JsonObject;
  /** True when the answer was itself signed by the issuer (RFC 9701). */
  readonly signed: boolean;
  readonly checkedAtMs: number;
}

export type RevokedKind = 'access_token' | 'refresh_token';

/**
 * `ended`: accepted, and the server says that the token is not active any more. `accepted`: it said no more than
 * that (RFC 7009 section 2.2 gives the same answer for a token that it never knew). `still_active`: accepted, and
 * yet active. `unsupported`: it does not revoke tokens of this type. `failed`: refused, or no answer.
 */
export type RevocationOutcome = 'ended' | 'accepted' | 'still_active' | 'unsupported' | 'failed';

export interface Revocation {
  readonly kind: RevokedKind;
  readonly outcome: RevocationOutcome;
  /** One sentence, in the server's words where it gave any. */
  readonly text: string;
  /** Stable code of the failure; null without one. */
  readonly error: string | null;
}

export interface InspectionContext {
  /** Asks no question when `interactive` is false: fails with `secret_missing` instead. */
  readonly interactive: boolean;
  readonly signal: AbortSignal;
  /** How far this computer's clock is ahead of the server's, as far as it is known. */
  readonly clockSkewMs?: number | null;
  /** See `Token.receivers`. */
  readonly receivers?: readonly string[] | undefined;
  /** An issuer that the person named or allowed, for a token whose profile names none. */
  readonly issuer?: string;
}

/** Values of a token, to be looked at or ended. */
export interface ProvenToken {
  /** Empty for a refresh token alone. */
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

/** Asks servers about tokens. Heavy: loaded when the first token is looked at. */
export interface TokenInspector {
  /** Fails with `cancelled` only: whatever else goes wrong is the verification. */
  verify(profile: TokenProfile, accessToken: string, context: InspectionContext): Promise<Verification>;
  /**
   * Fails with `introspection_failed`, also where no endpoint is known, with `origin_not_allowed` where the token or
   * the client's secret may not go there, and like discovery and client authentication.
   */
  introspect(profile: TokenProfile, accessToken: string, context: InspectionContext): Promise<Introspection>;
  /**
   * Ends the refresh token first, then the access token; one result each. Fails with `revocation_failed` where the
   * server offers no revocation, and like discovery and client authentication; what one request says is its result.
   */
  revoke(
    profile: TokenProfile,
    token: ProvenToken,
    context: InspectionContext,
  ): Promise<readonly Revocation[]>;
}
