import { l10n } from 'vscode';
import { endedCount, type NarrowRevocation } from '../../oauth/verify/downScopedTokens.ts';
import { isGood, troubleText } from './revokeAll.ts';

/** How many tokens for single requests ended, and what is wrong with which; empty where there were none. */
export function narrowText(narrowed: readonly NarrowRevocation[]): string {
  const trouble = narrowed.filter((revocation) => !isGood(revocation)).map(troubleText);
  return sentences(narrowCount(narrowed), ...trouble);
}

/** The number alone. */
export function narrowCount(narrowed: readonly NarrowRevocation[]): string {
  const ended = endedCount(narrowed);
  if (narrowed.length === 0) return '';
  if (narrowed.length > 1) return l10n.t('{0} of {1} tokens with less scope ended.', ended, narrowed.length);
  return ended === 1
    ? l10n.t('The token with less scope ended.')
    : l10n.t('The token with less scope did not end.');
}

/** One behind the other; empty ones are left out. */
export function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
