import { createHash } from 'node:crypto';
import { formatOriginPattern, parseOriginPattern } from './origin.ts';
import { noOptions, type TokenProfile } from './profile.ts';

/** Prefix of the tokens' keys in the secret store; what follows tells nothing secret. */
export const TOKEN_KEY_PREFIX = 'token:';

/**
 * Secrets other than tokens that a profile may need: what the client proves itself with, a person's password, the key
 * that signs assertions and tokens, the key that DPoP proofs are made with (RFC 9449), the key that checks
 * signatures of HS* tokens and the one that opens JWE.
 */
export type SecretKind =
  'client_secret' | 'password' | 'private_key' | 'dpop_key' | 'verification_key' | 'decryption_key';

const SECRET_PREFIXES: Readonly<Record<SecretKind, string>> = {
  client_secret: 'client-secret:',
  password: 'password:',
  private_key: 'private-key:',
  dpop_key: 'dpop-key:',
  verification_key: 'verification-key:',
  decryption_key: 'decryption-key:',
};

const tokenKeys = new WeakMap<TokenProfile, string>();

/**
 * The key a profile's token is stored under: its name and a hash of its grant, issuer, token endpoint, client,
 * origins and options. A keyturn.json that was altered to lead elsewhere finds no token. With client credentials the
 * requested scope, audience and resource count too: a token asked for with others would not be the one that is
 * declared.
 */
export function tokenKey(profile: TokenProfile): string {
  const known = tokenKeys.get(profile);
  if (known !== undefined) return known;
  const origins = new Set(profile.origins.map(canonicalOrigin));
  const parts: unknown[] = [
    profile.grant,
    profile.issuer,
    profile.tokenEndpoint,
    profile.clientId,
    [...origins].sort(),
  ];
  if (profile.grant === 'client_credentials') parts.push(profile.scope, profile.audience, profile.resource);
  const options = chosenOptions(profile);
  if (options.length > 0) parts.push(options);
  const key = `${TOKEN_KEY_PREFIX}${profile.name}:${digest([profile.name, ...parts])}`;
  tokenKeys.set(profile, key);
  return key;
}

/**
 * The key of a secret, shared by all profiles of the same client at the same server; where there is no client, of the
 * same name.
 */
export function secretKey(kind: SecretKind, profile: TokenProfile): string {
  const { issuer, tokenEndpoint, clientId, options } = profile;
  const parts: unknown[] = [issuer, tokenEndpoint, clientId];
  if (clientId === null) parts.push(profile.name);
  if (kind === 'password') parts.push(options.username);
  return `${SECRET_PREFIXES[kind]}${clientId ?? profile.name}:${digest(parts)}`;
}

/** What kind of secret a key of the store names; null for a token and for what is not ours. */
export function secretKindOf(key: string): SecretKind | null {
  for (const [kind, prefix] of Object.entries(SECRET_PREFIXES)) {
    if (key.startsWith(prefix)) return kind as SecretKind;
  }
  return null;
}

/** Options that differ from those of a profile that names none, in a fixed order. */
function chosenOptions({ options }: TokenProfile): [string, unknown][] {
  return Object.entries(options)
    .filter(([name, value]) => value !== noOptions[name as keyof typeof noOptions])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function canonicalOrigin(text: string): string {
  const { pattern } = parseOriginPattern(text);
  return pattern === null ? text : formatOriginPattern(pattern);
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 24);
}
