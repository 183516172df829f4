import { exactJson } from '../../base/exactJson.ts';
import { formatWhen } from '../../base/text.ts';
import { hideTokens } from '../../inspect/hideTokens.ts';
import { endedCount, type DownScopedRevocation } from '../../oauth/verify/downScopedTokens.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Introspection, Revocation, Verification } from '../../oauth/verify/inspection.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { escapeJson, visible, visibleJson } from '../../base/visible.ts';
import { type Palette } from '../output/streams.ts';
import { notHeld, requireKnown, type Place } from './shared.ts';

/** The token of a profile, obtained first where that needs no person. Fails with `token_missing` where it does. */
export async function entryToProve(
  { session }: Place,
  profile: TokenProfile,
  signal: AbortSignal,
  cause: string,
): Promise<TokenEntry> {
  const entry = await session.tokens.peek(profile);
  if (entry.token !== null) return entry;
  if (!entry.canRefresh) {
    requireKnown(entry);
    throw notHeld(profile);
  }
  await session.tokens.acquire(profile, { signal, markUsed: false, cause });
  return session.tokens.peek(profile);
}

/** One line of JSON, with every known secret masked. */
export function jsonLine(value: unknown, mask: (text: string) => string): string {
  return `${escapeJson(mask(exactJson(value, hideTokens)))}\n`;
}

export function isoTime(ms: number | null): string | null {
  const date = new Date(ms ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

export function verificationJson(name: string, { checkedAtMs, opened, ...verification }: Verification) {
  const { header, claims } = opened ?? {};
  return { name, ...verification, opened: opened && { header, claims }, checkedAt: isoTime(checkedAtMs) };
}

export function introspectionJson(name: string, introspection: Introspection) {
  const { active, conclusive, vendor, endpoint, scopes, expiresAtMs, subject, signed, claims, checkedAtMs } =
    introspection;
  const times = { expiresAt: isoTime(expiresAtMs), checkedAt: isoTime(checkedAtMs) };
  return { name, active, conclusive, vendor, endpoint, scopes, subject, signed, ...times, claims };
}

const statusWords: Readonly<Record<Verification['status'], string>> = {
  verified: 'verified',
  not_verified: 'not verified',
  invalid: 'invalid',
};

export function describeVerification(name: string, verification: Verification, paint: Palette): string {
  const { status, reason, hint, key, checks, opened } = verification;
  const colour = status === 'verified' ? paint.good : status === 'invalid' ? paint.bad : paint.warn;
  const lines = [`${paint.bold(visible(name))}  ${colour(statusWords[status])}  ${visible(reason)}`];
  if (hint !== null) lines.push(`  ${visible(hint)}`);
  if (key !== null) {
    const parts = [key.alg];
    if (key.kid !== null) parts.push(`key id ${key.kid}`);
    if (key.thumbprint !== null) parts.push(`thumbprint ${key.thumbprint}`);
    parts.push(key.from === null ? 'a stored key' : `from ${key.from}`);
    lines.push(`${paint.dim('key')}  ${visible(parts.join(', '))}`);
  }
  for (const { name: check, outcome, text } of checks) {
    const mark =
      outcome === 'passed' ? paint.good('ok') : outcome === 'failed' ? paint.bad('no') : paint.dim('--');
    lines.push(`  ${mark}  ${paint.dim(check.replaceAll('_', ' ').padEnd(10))}  ${visible(text)}`);
  }
  if (opened !== null) lines.push('', paint.bold('Claims'), pretty(opened.claims));
  return `${lines.join('\n')}\n`;
}

export function describeIntrospection(
  name: string,
  introspection: Introspection,
  nowMs: number,
  paint: Palette,
): string {
  const { active, conclusive, vendor, endpoint, scopes, expiresAtMs, subject, signed, claims } =
    introspection;
  const lines: [string, string][] = [['asked', vendor === null ? endpoint : `${vendor}, ${endpoint}`]];
  if (subject !== null) lines.push(['subject', subject]);
  if (scopes !== null) lines.push(['scopes', scopes.length === 0 ? 'none' : scopes.join(' ')]);
  if (expiresAtMs !== null) lines.push(['expires', formatWhen(expiresAtMs, nowMs)]);
  if (signed) lines.push(['answer', 'signed by the issuer']);
  if (!conclusive)
    lines.push(['note', 'the issuer may not keep records of JWTs: verify the signature instead']);
  const width = Math.max(...lines.map(([label]) => label.length));
  const facts = lines
    .map(([label, value]) => `${paint.dim(label.padEnd(width))}  ${visible(value)}\n`)
    .join('');
  const status = active ? paint.good('active') : paint.bad('not active');
  return `${paint.bold(visible(name))}  ${status}\n${facts}\n${paint.bold('Claims')}\n${pretty(claims)}\n`;
}

/** A line for each token; down-scoped ones follow, with their scope and a count. */
export function describeRevocations(
  results: readonly Revocation[],
  downScoped: readonly DownScopedRevocation[],
  paint: Palette,
): string {
  const line = ({ outcome, text }: Revocation, scope: string | null) => {
    const good = outcome === 'ended' || outcome === 'accepted';
    const what = scope === null ? text : `(${scope}) ${text}`;
    return `  ${good ? paint.good('ok') : paint.bad('no')}  ${visible(what)}\n`;
  };
  const lines = results.map((result) => line(result, null));
  for (const result of downScoped) lines.push(line(result, result.scope ?? 'down-scoped'));
  if (downScoped.length > 0) {
    const count = `${endedCount(downScoped)} of ${downScoped.length} down-scoped tokens revoked.`;
    lines.push(`  ${paint.dim('--')}  ${count}\n`);
  }
  return lines.join('');
}

/** Refused, unanswered, or active in spite of it. A server that revokes no tokens of this type has done all that it can. */
export function someFailed(downScoped: readonly DownScopedRevocation[]): boolean {
  return downScoped.some(({ outcome }) => outcome === 'failed' || outcome === 'still_active');
}

function pretty(value: unknown): string {
  return visibleJson(value, hideTokens, 2);
}
