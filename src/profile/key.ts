import { createHash } from 'node:crypto';
import { canonicalOrigin } from './origin.ts';
import { grantOf } from './grants/all.ts';
import { noOptions, type TokenProfile } from './profile.ts';
import type { SecretKind } from './secretKind.ts';

export type { AskedSecret, SecretKind } from './secretKind.ts';

/** How the tokens' keys in the secret store begin; what follows, a name and a hash, tells nothing secret. */
const OBTAINED_PREFIX = 'token:';
/** Tokens that people pasted are told from the others without being read. */
const PASTED_PREFIX = 'pasted:';

const SECRET_PREFIXES: Readonly<Record<SecretKind, string>> = {
  client_secret: 'client-secret:',
  password: 'password:',
  private_key: 'private-key:',
  dpop_key: 'dpop-key:',
  verification_key: 'verification-key:',
  decryption_key: 'decryption-key:',
};

/** Secrets that are sent, and those that sign what is sent: with each a token is obtained without further questions. */
const OBTAINING: ReadonlySet<SecretKind> = new Set(['client_secret', 'password', 'private_key']);

const tokenKeys = new WeakMap<TokenProfile, string>();

/**
 * The key a profile's token is stored under: its name and a hash of its grant, issuer, token endpoint, client,
 * origins and options. A keyturn.json that was altered to lead elsewhere finds no token. Where a token can simply be
 * asked for again, the requested scope, audience and resource count too.
 */
export function tokenKey(profile: TokenProfile): string {
  const known = tokenKeys.get(profile);
  if (known !== undefined) return known;
  if (profile.parent !== undefined) {
    // Below the key of the parent token, so that removing the parent token removes this one too.
    const below = `${tokenKey(profile.parent)}:${digest([profile.scope])}`;
    tokenKeys.set(profile, below);
    return below;
  }
  const parts: unknown[] = [
    profile.grant,
    profile.issuer,
    profile.tokenEndpoint,
    profile.clientId,
    canonicalOrigins(profile),
  ];
  const { downScoped, pasted } = grantOf(profile.grant);
  // Asked for with another scope or audience, it would not be the token that is declared.
  if (downScoped === 'obtain') parts.push(profile.scope, profile.audience, profile.resource);
  const options = chosenOptions(profile);
  if (options.length > 0) parts.push(options);
  if (profile.environment !== undefined) parts.push({ environment: profile.environment });
  const prefix = pasted === 'token' ? PASTED_PREFIX : OBTAINED_PREFIX;
  const key = `${prefix}${profile.name}:${digest([profile.name, ...parts])}`;
  tokenKeys.set(profile, key);
  return key;
}

/** What the key of a token tells; null for a key of something else. */
export function readTokenKey(
  key: string,
): { readonly name: string; readonly hash: string; readonly pasted: boolean } | null {
  const pasted = key.startsWith(PASTED_PREFIX);
  if (!pasted && !key.startsWith(OBTAINED_PREFIX)) return null;
  const rest = key.slice(key.indexOf(':') + 1);
  // Behind the name: its hash, and that of the smaller scope, which no pasted token has.
  const last = hashAtEnd(rest);
  const hash = pasted ? last : hashAtEnd(rest.slice(0, rest.length - last.length)) + last;
  return { name: rest.slice(0, rest.length - hash.length), hash, pasted };
}

/**
 * The key of a secret, shared by all profiles of the same client at the same server; where there is no client, of the
 * same name. What obtains tokens is shared only by profiles whose tokens go to the same origins: a keyturn.json that
 * was altered to lead elsewhere cannot have a token made with it.
 */
export function secretKey(kind: SecretKind, profile: TokenProfile): string {
  const { issuer, tokenEndpoint, clientId, options } = profile;
  const parts: unknown[] = [issuer, tokenEndpoint, clientId];
  if (clientId === null) parts.push(profile.name);
  // A name alone binds nothing.
  if (OBTAINING.has(kind) || (issuer === null && tokenEndpoint === null))
    parts.push(canonicalOrigins(profile));
  // The client proves itself there too. Introspection and revocation stay with the issuer: see oauth/vouched.
  if (OBTAINING.has(kind) && options.deviceAuthorizationEndpoint !== null)
    parts.push(options.deviceAuthorizationEndpoint);
  if (kind === 'password') parts.push(options.username);
  return `${SECRET_PREFIXES[kind]}${clientId ?? profile.name}:${digest(parts)}`;
}

/** What kind of secret a key of the store names; null for a token and for what is not ours. */
export function secretKindOf(key: string): SecretKind | null {
  return readSecretKey(key)?.kind ?? null;
}

/** The same, and the client that the secret is of, or the profile where there is no client. */
export function readSecretKey(key: string): { readonly kind: SecretKind; readonly name: string } | null {
  for (const [kind, prefix] of Object.entries(SECRET_PREFIXES)) {
    if (!key.startsWith(prefix)) continue;
    const name = key.slice(prefix.length, key.length - hashAtEnd(key).length);
    return { kind: kind as SecretKind, name };
  }
  return null;
}

/** Options that differ from those of a profile that names none, in a fixed order. */
function chosenOptions({ options }: TokenProfile): [string, unknown][] {
  return Object.entries(options)
    .filter(([name, value]) => value !== noOptions[name as keyof typeof noOptions])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function canonicalOrigins({ origins }: TokenProfile): string[] {
  return [...new Set(origins.map(canonicalOrigin))].sort();
}

const HASH_LENGTH = 24;

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, HASH_LENGTH);
}

/** With the colon before it; empty where the text ends in something else. */
function hashAtEnd(text: string): string {
  const end = text.slice(-1 - HASH_LENGTH);
  return /^:[\w-]{24}$/.test(end) ? end : '';
}
