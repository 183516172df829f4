import { l10n } from 'vscode';
import { grantOf } from '../../../profile/grants/all.ts';
import { formatDuration } from '../../../base/text.ts';
import { decodeToken } from '../../../inspect/decode.ts';
import type { KnownInspection } from '../../../oauth/verify/inspections.ts';
import type { TokenEntry } from '../../../token/manager.ts';
import type { TokenStatus } from '../../../token/token.ts';
import { hasEnded, knownInspectionText } from './inspectionNodes.ts';

/** Codicon and theme colour of a status. The icons differ in shape too: colour alone tells nothing to some. */
export const statusIcons: Readonly<Record<TokenStatus, { readonly icon: string; readonly color: string }>> = {
  active: { icon: 'key', color: 'testing.iconPassed' },
  expiring: { icon: 'watch', color: 'list.warningForeground' },
  expired: { icon: 'error', color: 'list.errorForeground' },
  not_yet_valid: { icon: 'history', color: 'charts.blue' },
  unknown: { icon: 'key', color: 'foreground' },
  missing: { icon: 'circle-outline', color: 'disabledForeground' },
};

/** Icon of an entry: what was proven of its token counts more than how long it lives. */
export function entryIcon(
  { status }: Pick<TokenEntry, 'status'>,
  known: KnownInspection | null,
): { readonly icon: string; readonly color: string } {
  if (isRefuted(known)) return statusIcons.expired;
  const icon = statusIcons[status];
  return status === 'active' && known?.verification?.status === 'verified'
    ? { ...icon, icon: 'verified' }
    : icon;
}

/** True when the token is not worth anything, however long it still lives. */
function isRefuted(known: KnownInspection | null): boolean {
  return hasEnded(known) || known?.verification?.status === 'invalid';
}

const MINUTE_MS = 60_000;

/** "expires in 12 min", "expired 3 h ago", "not obtained yet": changes at most once a minute. */
export function lifeText(entry: TokenEntry, nowMs: number): string {
  const end = entry.token?.expiresAtMs ?? null;
  switch (entry.status) {
    case 'missing':
      if (entry.needsSignIn) return l10n.t('not signed in');
      switch (grantOf(entry.profile.grant).pasted) {
        case 'token':
          return l10n.t('no token added');
        case 'refresh_token':
          return l10n.t('no refresh token added');
        case null:
          return l10n.t('not obtained yet');
      }
    case 'unknown':
      return l10n.t('expiry unknown');
    case 'not_yet_valid': {
      const start = entry.token === null ? null : decodeToken(entry.token.accessToken).notBeforeMs;
      if (start === null) return l10n.t('not yet valid');
      return start - nowMs < MINUTE_MS
        ? l10n.t('valid within a minute')
        : l10n.t('valid in {0}', formatDuration(start - nowMs));
    }
    case 'expired':
      if (end === null) return l10n.t('expired');
      return nowMs - end < MINUTE_MS
        ? l10n.t('expired just now')
        : l10n.t('expired {0} ago', formatDuration(nowMs - end));
    case 'active':
    case 'expiring':
      if (end === null) return l10n.t('expiry unknown');
      return end - nowMs < MINUTE_MS
        ? l10n.t('expires within a minute')
        : l10n.t('expires in {0}', formatDuration(end - nowMs));
  }
}

/** The scope that the server granted, else what the token itself says, else what the profile asks for. */
export function scopeText(entry: TokenEntry): string {
  if (entry.token === null) return entry.profile.scope ?? '';
  if (entry.token.scope !== null) return entry.token.scope;
  const { scopes } = decodeToken(entry.token.accessToken);
  return scopes.length > 0 ? scopes.join(' ') : (entry.profile.scope ?? '');
}

/** What a list with room says of an entry; `known` is what was found out about the token. */
export function entryDescription(
  entry: TokenEntry,
  nowMs: number,
  known: KnownInspection | null = null,
): string {
  return described(entry, [lifeText(entry, nowMs)], known);
}

/** The same for the tree, which may be 185 pixels wide: `47 min · admin`. */
export function shortDescription(
  entry: TokenEntry,
  nowMs: number,
  known: KnownInspection | null = null,
): string {
  // Nothing is known of its life: the scope says more.
  const life = isLifeUnknown(entry) ? [] : [shortLife(entry, nowMs)];
  return described(entry, life, known);
}

function isLifeUnknown({ status, token }: TokenEntry): boolean {
  const lives = status === 'active' || status === 'expiring';
  return status === 'unknown' || (lives && (token?.expiresAtMs ?? null) === null);
}

function shortLife(entry: TokenEntry, nowMs: number): string {
  const leftMs = (entry.token?.expiresAtMs ?? nowMs) - nowMs;
  if (entry.status === 'missing' && !entry.needsSignIn) return l10n.t('none yet');
  if (entry.status !== 'active' && entry.status !== 'expiring') return lifeText(entry, nowMs);
  return leftMs < MINUTE_MS ? l10n.t('< 1 min') : formatDuration(leftMs);
}

function described(entry: TokenEntry, parts: string[], known: KnownInspection | null): string {
  if (entry.needsSignIn && entry.status === 'expired') parts.push(l10n.t('sign-in needed'));
  else if (entry.lastError !== null) parts.push(failureText(entry));
  const proven = knownInspectionText(known);
  // The end of a line is often not seen, so what makes its life meaningless comes before it.
  if (isRefuted(known)) parts.unshift(proven);
  else if (proven !== '') parts.push(proven);
  const scope = scopeText(entry);
  if (scope !== '') parts.push(scope);
  return parts.length === 0 ? l10n.t('expiry unknown') : parts.join(' · ');
}

/** What was tried last, and failed. */
function failureText({ needsSignIn, token }: TokenEntry): string {
  if (needsSignIn) return l10n.t('sign-in failed');
  return token === null ? l10n.t('last attempt failed') : l10n.t('refresh failed');
}

/** One word or two for a status. */
export function statusText(status: TokenStatus): string {
  switch (status) {
    case 'active':
      return l10n.t('active');
    case 'expiring':
      return l10n.t('expiring');
    case 'expired':
      return l10n.t('expired');
    case 'not_yet_valid':
      return l10n.t('not yet valid');
    case 'unknown':
      return l10n.t('expiry unknown');
    case 'missing':
      return l10n.t('no token');
  }
}
