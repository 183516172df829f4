import { l10n } from 'vscode';
import type { SessionCounts } from '../../run/session/session.ts';

/** `Sent 12 requests: 10 succeeded, 1 was refused, 1 failed.` */
export function summary(counts: SessionCounts, total: number): string {
  const { sent, succeeded, refused, failed, skipped, notRun } = counts;
  const parts = [l10n.t('{0} succeeded', succeeded)];
  if (refused > 0) parts.push(l10n.t('{0} answered with a status of 400 or above', refused));
  if (failed > 0) parts.push(l10n.t('{0} failed', failed));
  if (skipped > 0) parts.push(l10n.t('{0} skipped', skipped));
  if (notRun === 1) parts.push(l10n.t('1 test or directive not run'));
  if (notRun > 1) parts.push(l10n.t('{0} tests or directives not run', notRun));
  const outcome = parts.join(', ');
  if (sent !== total) return l10n.t('Sent {0} of {1} requests: {2}.', sent, total, outcome);
  return total === 1
    ? l10n.t('Sent 1 request: {0}.', outcome)
    : l10n.t('Sent {0} requests: {1}.', total, outcome);
}
