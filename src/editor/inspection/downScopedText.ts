import { l10n } from 'vscode';
import { endedCount, type DownScopedRevocation } from '../../oauth/verify/downScopedTokens.ts';
import { isGood, troubleText } from './revokeAll.ts';

/** How many tokens for single requests ended, and what is wrong with which; empty where there were none. */
export function downScopedText(downScoped: readonly DownScopedRevocation[]): string {
  const trouble = downScoped.filter((revocation) => !isGood(revocation)).map(troubleText);
  return sentences(downScopedCount(downScoped), ...trouble);
}

/** The number alone. */
export function downScopedCount(downScoped: readonly DownScopedRevocation[]): string {
  const ended = endedCount(downScoped);
  if (downScoped.length === 0) return '';
  if (downScoped.length > 1)
    return l10n.t('{0} of {1} down-scoped tokens were revoked.', ended, downScoped.length);
  return ended === 1
    ? l10n.t('The down-scoped token was revoked.')
    : l10n.t('The down-scoped token was not revoked.');
}

/** One behind the other; empty ones are left out. */
export function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
