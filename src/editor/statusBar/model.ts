import { l10n } from 'vscode';
import { formatDuration } from '../../base/text.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { inUse } from '../tokens/inUse.ts';
import { lifeText } from '../tokens/tree/describe.ts';

export type Severity = 'none' | 'warning' | 'error';

export interface StatusBarState {
  /** With codicons, such as `$(key) viewer 4 min`. */
  readonly text: string;
  /** The same in words, for a screen reader. */
  readonly label: string;
  readonly severity: Severity;
  /** Tokens in trouble, the worst first. */
  readonly trouble: readonly TokenEntry[];
  /** The others that matter now. */
  readonly calm: readonly TokenEntry[];
}

/** Null when no token matters to the open file or was used within the hour: then there is nothing to show. */
export function statusBarState(entries: readonly TokenEntry[], nowMs: number): StatusBarState | null {
  const ranked = entries
    .map((entry) => ({ entry, severity: severityOf(entry) }))
    .sort((a, b) => rank(b.severity) - rank(a.severity) || endOf(a.entry) - endOf(b.entry));
  const first = ranked[0];
  if (first === undefined) return null;
  const { entry, severity } = first;
  return {
    text: `$(key) ${shorten(entry.profile.name)} ${shortLife(entry, nowMs)}`.trimEnd(),
    label: l10n.t('Token {0}, {1}', entry.profile.name, lifeText(entry, nowMs)),
    severity,
    trouble: ranked.filter((one) => one.severity !== 'none').map((one) => one.entry),
    calm: ranked.filter((one) => one.severity === 'none').map((one) => one.entry),
  };
}

/** True when a token in use ended and could not be refreshed: worth a notification. */
export function isLost(entry: TokenEntry, nowMs: number): boolean {
  return entry.status === 'expired' && inUse(entry, nowMs) && (!entry.canRefresh || entry.lastError !== null);
}

function severityOf({ status, canRefresh, needsSignIn, lastError }: TokenEntry): Severity {
  switch (status) {
    case 'expired':
      return (canRefresh || needsSignIn) && lastError === null ? 'warning' : 'error';
    case 'expiring':
    case 'not_yet_valid':
      return 'warning';
    case 'missing':
      // Many tokens are obtained when they are first used.
      if (lastError !== null) return 'error';
      return canRefresh || needsSignIn ? 'none' : 'warning';
    case 'active':
    case 'unknown':
      return lastError === null ? 'none' : 'warning';
  }
}

function rank(severity: Severity): number {
  return severity === 'error' ? 2 : severity === 'warning' ? 1 : 0;
}

/** What ends first comes first; what has no end comes last. */
function endOf({ token }: TokenEntry): number {
  return token?.expiresAtMs ?? Number.MAX_SAFE_INTEGER;
}

/** "4 min", "expired", "missing": at most two words, since the status bar is narrow. */
function shortLife({ status, token, canRefresh, needsSignIn }: TokenEntry, nowMs: number): string {
  const left = (token?.expiresAtMs ?? nowMs) - nowMs;
  switch (status) {
    case 'active':
    case 'expiring':
      return left < 60_000 ? l10n.t('under 1 min') : formatDuration(left);
    case 'expired':
      return l10n.t('expired');
    case 'not_yet_valid':
      return l10n.t('not yet valid');
    case 'missing':
      if (needsSignIn) return l10n.t('sign in');
      return canRefresh ? '' : l10n.t('not added');
    case 'unknown':
      return '';
  }
}

const LONGEST_NAME = 24;

function shorten(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
