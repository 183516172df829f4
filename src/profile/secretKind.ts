/**
 * Secrets other than tokens that a profile may need: what the client proves itself with, a person's password, the key
 * that signs assertions and tokens, the key that DPoP proofs are made with (RFC 9449), the key that checks
 * signatures of HS* tokens and the one that opens JWE.
 */
export type SecretKind =
  'client_secret' | 'password' | 'private_key' | 'dpop_key' | 'verification_key' | 'decryption_key';

/** Secrets that a person gives; keys that Keyturn makes itself are `keptSecret`. */
export type AskedSecret = Extract<SecretKind, 'client_secret' | 'password' | 'private_key'>;
