import { l10n } from 'vscode';
import { decodeToken } from '../../inspect/decode.ts';
import { isValidName } from '../../profile/name.ts';
import { formatWhen } from '../../base/text.ts';

/** What a pasted value looks like, without quoting it; not usable when it cannot be a token. */
export function describePasted(value: string, nowMs: number): { text: string; usable: boolean } {
  if (/[\x00-\x1f\x7f]/.test(value)) {
    return { text: l10n.t('This text has a line break. Paste the token as one line.'), usable: false };
  }
  const { kind, expiresAtMs, warnings } = decodeToken(value);
  const parts = [kind.label];
  if (expiresAtMs !== null) {
    const when = formatWhen(expiresAtMs, nowMs);
    parts.push(expiresAtMs <= nowMs ? l10n.t('expired {0}', when) : l10n.t('expires {0}', when));
  }
  const warning = warnings.find(({ code }) => code !== 'expiry_missing' && code !== 'nested');
  if (warning !== undefined) parts.push(warning.message);
  return { text: parts.join(' · '), usable: true };
}

/** A name from the token's own claims that is not taken; empty when nothing fits. */
export function proposeName(value: string, taken: ReadonlySet<string>): string {
  const { clientId, subject, kind } = decodeToken(value);
  const candidates = [clientId, subject, kind.vendor?.toLowerCase() ?? null];
  return (
    candidates.find((name) => name !== null && name.length <= 40 && isValidName(name) && !taken.has(name)) ??
    ''
  );
}
