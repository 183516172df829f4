import { createHash } from 'node:crypto';
import { formatOriginPattern, parseOriginPattern } from './origin.ts';
import type { TokenProfile } from './profile.ts';

/** Prefixes of the keys in the secret store; what follows tells nothing secret. */
export const TOKEN_KEY_PREFIX = 'token:';
export const CLIENT_SECRET_KEY_PREFIX = 'client-secret:';

const tokenKeys = new WeakMap<TokenProfile, string>();

/**
 * The key a profile's token is stored under: its name and a hash of its grant, issuer, token endpoint, client and
 * origins. A keyturn.json that was altered to lead elsewhere finds no token. With client credentials the requested
 * scope, audience and resource count too: a token asked for with others would not be the one that is declared.
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
  const key = `${TOKEN_KEY_PREFIX}${profile.name}:${digest([profile.name, ...parts])}`;
  tokenKeys.set(profile, key);
  return key;
}

/** The key of a client's secret, shared by all profiles of the same client at the same server. */
export function clientSecretKey(profile: TokenProfile): string {
  const { issuer, tokenEndpoint, clientId } = profile;
  return `${CLIENT_SECRET_KEY_PREFIX}${clientId ?? ''}:${digest([issuer, tokenEndpoint, clientId])}`;
}

function canonicalOrigin(text: string): string {
  const { pattern } = parseOriginPattern(text);
  return pattern === null ? text : formatOriginPattern(pattern);
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 24);
}
