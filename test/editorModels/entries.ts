import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { tokenKey } from '../../src/profile/key.ts';
import type { Token } from '../../src/token/token.ts';
import type { TokenEntry } from '../../src/token/manager.ts';

export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);
export const MINUTE = 60_000;

export function profileOf(change: Partial<TokenProfile> = {}): TokenProfile {
  return {
    name: 'viewer',
    grant: 'static',
    origins: ['https://api.example.com'],
    sendAs: { scheme: 'Bearer' },
    issuer: null,
    tokenEndpoint: null,
    clientId: null,
    clientAuthentication: 'none',
    scope: null,
    audience: null,
    resource: null,
    options: noOptions,
    declaredIn: 'file:///project/keyturn.json',
    ...change,
  };
}

export function tokenOf(profile: TokenProfile, change: Partial<Token> = {}): Token {
  return {
    key: tokenKey(profile),
    name: profile.name,
    accessToken: 'opaque-value-of-a-token',
    refreshToken: null,
    idToken: null,
    tokenType: null,
    scope: null,
    expiresAtMs: NOW + 12 * MINUTE,
    obtainedAtMs: NOW - MINUTE,
    personal: null,
    ...change,
  };
}

export function entryOf(
  change: Partial<TokenEntry> = {},
  profile = change.profile ?? profileOf(),
): TokenEntry {
  return {
    profile,
    key: tokenKey(profile),
    token: change.status === 'missing' ? null : tokenOf(profile),
    status: 'active',
    lastUsedAtMs: null,
    lastError: null,
    canRefresh: false,
    needsSignIn: false,
    clockSkewMs: null,
    ...change,
  };
}
