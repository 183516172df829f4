import { l10n } from 'vscode';
import { declaredReceivers } from '../../../profile/declaredReceivers.ts';
import { isOAuthGrant } from '../../../profile/grants/all.ts';
import { formatDuration, formatWhen } from '../../../base/text.ts';
import type { Exchange } from '../../../httpfile/earlier/exchange.ts';
import { decodeToken } from '../../../inspect/decode.ts';
import type { KnownInspection } from '../../../oauth/verify/inspections.ts';
import { shownAddress, shownAddresses } from '../../../profile/shownOrigin.ts';
import type { TokenEntry } from '../../../token/manager.ts';
import { sandboxCommands } from '../../sandbox/commands.ts';
import { escapeMarkdown } from '../../platform/markdown.ts';
import { entryDescription, scopeText } from './describe.ts';
import { requestText, sendAsText } from './details.ts';
import { hasEnded, verificationStatusText } from './inspectionNodes.ts';

type Mask = (text: string) => string;

const LONGEST = 1000;

/** What a hover over an entry says, in Markdown, without the token. */
export function entryTooltip(
  entry: TokenEntry,
  nowMs: number,
  mask: Mask,
  known: KnownInspection | null = null,
): string {
  const { profile, lastError } = entry;
  const receivers = isOAuthGrant(profile.grant) ? declaredReceivers(profile) : [];
  const lines: string[] = [];
  if (lastError !== null) lines.push(l10n.t('The last attempt failed: {0}', lastError.message));
  const skewMs = entry.clockSkewMs ?? 0;
  if (skewMs !== 0) lines.push(clockText(skewMs));
  return tooltip({
    entry,
    nowMs,
    mask,
    known,
    lines,
    rows: [
      ...(receivers.length > 0 ? [[l10n.t('Obtained from'), shownAddresses(receivers)] as const] : []),
      [l10n.t('Origins'), shownAddresses(profile.origins)],
      [l10n.t('Sent as'), sendAsText(profile.sendAs)],
    ],
  });
}

/** The same of a token in an answer. */
export function capturedTooltip(
  entry: TokenEntry,
  { name, response, receivedAtMs }: Exchange,
  nowMs: number,
  mask: Mask,
): string {
  const { origins } = entry.profile;
  return tooltip({
    entry,
    nowMs,
    mask,
    known: null,
    lines: [l10n.t('Keyturn keeps it in memory until the session is cleared or the window closes.')],
    rows: [
      [l10n.t('Request'), requestText(name, response.status)],
      [l10n.t('Received from'), shownAddresses(origins)],
      [l10n.t('Obtained'), formatWhen(receivedAtMs, nowMs)],
    ],
  });
}

interface TooltipParts {
  readonly entry: TokenEntry;
  readonly nowMs: number;
  readonly mask: Mask;
  readonly known: KnownInspection | null;
  /** Below the name. */
  readonly lines: readonly string[];
  /** Below what the token itself says. */
  readonly rows: readonly (readonly [string, string])[];
}

function tooltip({ entry, nowMs, mask, known, lines: said, rows: more }: TooltipParts): string {
  const { profile, token } = entry;
  const safe = (text: string) => escapeMarkdown(mask(text), LONGEST);
  const decoded = token === null ? null : decodeToken(token.accessToken);
  const rows: (readonly [string, string])[] = [];
  if (decoded !== null) rows.push([l10n.t('Kind'), decoded.kind.label]);
  if (token !== null && token.expiresAtMs !== null)
    rows.push([l10n.t('Expires'), formatWhen(token.expiresAtMs, nowMs)]);
  const scope = scopeText(entry);
  if (scope !== '') rows.push([l10n.t('Scopes'), scope]);
  const issuer = decoded?.issuer ?? profile.issuer;
  if (issuer !== null) rows.push([l10n.t('Issuer'), shownAddress(issuer)]);
  rows.push(...more);
  const lines = [
    `**${safe(profile.name)}**: ${safe(entryDescription({ ...entry, lastError: null }, nowMs))}`,
    ...said.map(safe),
  ];
  for (const { message } of decoded?.warnings ?? []) lines.push(safe(message));
  lines.push(
    `|  |  |\n|---|---|\n${rows.map(([name, value]) => `| ${safe(name)} | ${safe(value)} |`).join('\n')}`,
  );
  const verification = known?.verification ?? null;
  if (hasEnded(known)) lines.push(safe(l10n.t('The issuer says that the token is not active.')));
  if (verification !== null)
    lines.push(`*${safe(`${verificationStatusText(verification.status)}: ${verification.reason}`)}*`);
  else if (decoded !== null && decoded.claims !== null)
    lines.push(`*${safe(l10n.t('The signature was not verified.'))}*`);
  return lines.join('\n\n');
}

/** How far the clocks differ, and that it is allowed for. */
function clockText(skewMs: number): string {
  const by = formatDuration(Math.abs(skewMs));
  return skewMs > 0
    ? l10n.t("This computer's clock is {0} ahead of the server's; Keyturn allows for it.", by)
    : l10n.t("This computer's clock is {0} behind the server's; Keyturn allows for it.", by);
}

/** Why a profile cannot be filled, with a way out where the sandbox is what is missing. */
export function problemTooltip(message: string, mask: Mask): string {
  const text = escapeMarkdown(mask(message), LONGEST);
  if (!message.includes('{{sandbox')) return text;
  return `${text}\n\n[${l10n.t('Start the sandbox')}](command:${sandboxCommands.start})`;
}
