import { l10n } from 'vscode';
import { exactJson } from '../../base/exactJson.ts';
import { formatLocal } from '../../base/text.ts';
import type { JsonObject } from '../../inspect/claims.ts';
import { type DecodedToken, decodeToken } from '../../inspect/decode.ts';
import { hideTokens } from '../../inspect/hideTokens.ts';
import type { Introspection, Verification } from '../../oauth/verify/inspection.ts';
import type { KnownInspection } from '../../oauth/verify/inspections.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { specificationsOf } from './specifications.ts';

/**
 * Everything that is known of a token, as a JSON document: never the token itself, and no token within it. Ends with
 * links to where its claims are specified.
 */
export function detailsText(entry: TokenEntry, known: KnownInspection | null): string {
  const { profile, token, status } = entry;
  if (token === null) return '';
  const decoded = decodeToken(token.accessToken);
  const { verification, introspection } = known ?? { verification: null, introspection: null };
  const header = verification?.opened?.header ?? decoded.header;
  const claims = verification?.opened?.claims ?? decoded.claims;
  const document = {
    name: profile.name,
    kind: decoded.kind.label,
    status,
    ...present('expires', time(token.expiresAtMs)),
    obtained: time(token.obtainedAtMs),
    ...present('lastUsed', time(entry.lastUsedAtMs)),
    ...present('lastError', entry.lastError?.message ?? null),
    ...present('scope', token.scope),
    refreshToken: token.refreshToken === null ? 'none' : 'held',
    signature: signatureState(verification?.status ?? 'not_verified'),
    ...(decoded.warnings.length === 0 ? {} : { warnings: decoded.warnings.map(({ message }) => message) }),
    claims,
    ...localTimes(claims),
    header,
    ...(verification === null ? {} : { verification: verificationPart(verification) }),
    ...(introspection === null ? {} : { introspection: introspectionPart(introspection) }),
    profile: profilePart(entry),
    // What a vendor answers at an endpoint of its own is its own affair, whatever the names.
    specifications: specificationsOf(header, {
      ...(introspection?.vendor === null ? introspection.claims : {}),
      ...claims,
    }),
  };
  return exactJson(document, hideTokens, 2);
}

/** What can be read of a token that is not held, without a key: neither the token nor its signature is part of it. */
export function inspectedText(decoded: DecodedToken): string {
  const { kind, header, claims, expiresAtMs, scopes, warnings } = decoded;
  const document = {
    kind: kind.label,
    ...(claims === null ? {} : { signature: signatureState('not_verified') }),
    ...present('checksum', kind.checksum),
    ...present('expires', time(expiresAtMs)),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(({ message }) => message) }),
    ...present('claims', claims),
    ...localTimes(claims),
    ...present('header', header),
    ...(claims === null && header === null ? {} : { specifications: specificationsOf(header, claims ?? {}) }),
  };
  return exactJson(document, hideTokens, 2);
}

/** A code, as the names of the members are. */
function signatureState(status: Verification['status'] | 'not_verified'): string {
  return status.replace('_', ' ');
}

function verificationPart({ reason, hint, key, checks, checkedAtMs }: Verification) {
  return {
    reason,
    ...present('hint', hint),
    ...(key === null ? {} : { key: { ...key, from: key.from ?? l10n.t('a key that is stored here') } }),
    checks: Object.fromEntries(checks.map(({ name, outcome, text }) => [name, `${outcome}: ${text}`])),
    checked: time(checkedAtMs),
  };
}

function introspectionPart(introspection: Introspection) {
  const { active, conclusive, vendor, endpoint, scopes, expiresAtMs, signed, claims, checkedAtMs } =
    introspection;
  return {
    active,
    ...(conclusive
      ? {}
      : { note: l10n.t('The issuer may keep no record of JWTs: verify the signature instead.') }),
    asked: vendor === null ? endpoint : `${vendor}, ${endpoint}`,
    ...present('scopes', scopes),
    ...present('expires', time(expiresAtMs)),
    answerSigned: signed,
    claims,
    checked: time(checkedAtMs),
  };
}

function profilePart({ profile, clockSkewMs }: TokenEntry) {
  const { grant, issuer, tokenEndpoint, clientId, audience, resource, origins, sendAs, declaredIn } = profile;
  return {
    grant,
    ...present('issuer', issuer),
    ...present('tokenEndpoint', tokenEndpoint),
    ...present('clientId', clientId),
    ...present('audience', audience),
    ...present('resource', resource),
    origins,
    sendAs,
    ...present('declaredIn', declaredIn),
    ...(clockSkewMs === null || clockSkewMs === 0
      ? {}
      : { clockAheadSeconds: Math.round(clockSkewMs / 1000) }),
  };
}

/** The dates among the claims as they read here. */
function localTimes(claims: JsonObject | null): { localTimes?: Record<string, string> } {
  const dates = ['iat', 'nbf', 'exp', 'auth_time'].flatMap((name) => {
    const value = claims?.[name];
    const text = typeof value === 'number' ? time(value * 1000) : null;
    return text === null ? [] : [[name, text] as const];
  });
  return dates.length === 0 ? {} : { localTimes: Object.fromEntries(dates) };
}

function time(ms: number | null): string | null {
  const date = new Date(ms ?? NaN);
  return Number.isNaN(date.getTime()) ? null : formatLocal(date);
}

/** A member that is there only when it says something. */
function present(name: string, value: unknown): Record<string, unknown> {
  return value === null ? {} : { [name]: value };
}
