import { l10n } from 'vscode';
import { formatDuration } from '../../base/text.ts';
import type { TokenStatus } from '../../token/token.ts';
import { gap } from '../platform/iconGap.ts';

/** What a lens says about a token. */
export interface TokenLensFacts {
  readonly name: string;
  readonly status: TokenStatus;
  readonly expiresAtMs: number | null;
  /** Sending obtains or refreshes it without a person's help. */
  readonly canRefresh: boolean;
  /** Sending takes the person to a browser first. */
  readonly needsSignIn: boolean;
  /** A person can sign in for it. */
  readonly signsIn: boolean;
}

/** `viewer · 4 min`: short, with a warning sign where sending would fail. */
export function tokenLensTitle(facts: TokenLensFacts, nowMs: number): string {
  const { name, status, expiresAtMs, canRefresh, needsSignIn } = facts;
  switch (status) {
    case 'missing':
      if (needsSignIn) return `$(sign-in)${gap}${name} · ${l10n.t('sign in on send')}`;
      return canRefresh
        ? `$(key)${gap}${name} · ${l10n.t('obtained on send')}`
        : `$(warning)${gap}${name} · ${l10n.t('no token yet')}`;
    case 'expired':
      if (needsSignIn) return `$(sign-in)${gap}${name} · ${l10n.t('expired, sign in on send')}`;
      return canRefresh
        ? `$(key)${gap}${name} · ${l10n.t('refreshed on send')}`
        : `$(warning)${gap}${name} · ${l10n.t('expired')}`;
    case 'not_yet_valid':
      return `$(warning)${gap}${name} · ${l10n.t('not yet valid')}`;
    case 'unknown':
      return `$(key)${gap}${name}`;
    case 'active':
    case 'expiring': {
      const icon = status === 'expiring' ? '$(watch)' : '$(key)';
      if (expiresAtMs === null) return `${icon}${gap}${name}`;
      return `${icon}${gap}${name} · ${formatDuration(Math.max(0, expiresAtMs - nowMs))}`;
    }
  }
}
