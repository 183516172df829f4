import { l10n } from 'vscode';
import { formatWhen } from '../../../base/text.ts';
import type { Exchange } from '../../../httpfile/earlier/exchange.ts';
import { decodeToken, type DecodedToken } from '../../../inspect/decode.ts';
import { grantOf } from '../../../profile/grants/all.ts';
import type { SendAs } from '../../../profile/profile.ts';
import { scopeWords } from '../../../inspect/scopes.ts';
import type { TokenEntry } from '../../../token/manager.ts';
import { shownAddress } from '../../../profile/shownOrigin.ts';
import type { KnownInspection } from '../../../oauth/verify/inspections.ts';
import { lifeText, statusText } from './describe.ts';
import { inspectionNodes, verificationStatusText } from './inspectionNodes.ts';
import { type DetailMaker, type DetailNode, maker, type Item } from './detailNode.ts';

/** Status, verification, scopes, audience, claims, origins and use of an entry. */
export function detailsOf(
  parentId: string,
  entry: TokenEntry,
  nowMs: number,
  known: KnownInspection | null = null,
): DetailNode[] {
  const { profile, token, lastError, lastUsedAtMs } = entry;
  const make = maker(parentId);
  const lines: (DetailNode | null)[] = [
    make.line('status', l10n.t('Status'), statusLine(entry, nowMs), 'pulse'),
    lastError && make.line('error', l10n.t('Last error'), lastError.message, 'warning'),
    ...inspectionNodes(known, make, nowMs),
    ...heldNodes(make, entry, nowMs, known),
    (token?.refreshToken ?? null) === null
      ? null
      : make.line('refreshToken', l10n.t('Refresh token'), l10n.t('stored'), 'sync'),
    make.line('sendAs', l10n.t('Sent as'), sendAsText(profile.sendAs), 'arrow-right'),
    make.list(
      'origins',
      l10n.t('Origins'),
      'globe',
      profile.origins.map((origin) => plain(shownAddress(origin))),
    ),
    token === null
      ? null
      : make.line(
          'used',
          l10n.t('Last used'),
          lastUsedAtMs === null ? l10n.t('never') : formatWhen(lastUsedAtMs, nowMs),
          'history',
        ),
    token === null
      ? null
      : make.line(
          'obtained',
          grantOf(profile.grant).pasted === 'token' ? l10n.t('Added') : l10n.t('Obtained'),
          formatWhen(token.obtainedAtMs, nowMs),
          'calendar',
        ),
  ];
  return lines.filter((line) => line !== null);
}

/** The same of a token in an answer: where it came from stands in place of where it goes. */
export function capturedDetails(
  parentId: string,
  { name, response, receivedAtMs }: Exchange,
  entry: TokenEntry,
  nowMs: number,
): DetailNode[] {
  const make = maker(parentId);
  const lines: (DetailNode | null)[] = [
    make.line('status', l10n.t('Status'), statusLine(entry, nowMs), 'pulse'),
    ...heldNodes(make, entry, nowMs, null),
    make.line('request', l10n.t('Request'), requestText(name, response.status), 'arrow-right'),
    make.list(
      'from',
      l10n.t('Received from'),
      'globe',
      entry.profile.origins.map((origin) => plain(shownAddress(origin))),
    ),
    make.line('obtained', l10n.t('Obtained'), formatWhen(receivedAtMs, nowMs), 'calendar'),
  ];
  return lines.filter((line) => line !== null);
}

export function requestText(name: string, status: number): string {
  return l10n.t('{0}, answered {1}', name, status);
}

/** What the token itself says. */
function heldNodes(
  make: DetailMaker,
  entry: TokenEntry,
  nowMs: number,
  known: KnownInspection | null,
): (DetailNode | null)[] {
  const decoded = entry.token === null ? null : decodeToken(entry.token.accessToken);
  const issuer = decoded?.issuer ?? entry.profile.issuer;
  const subject = decoded?.subject ?? null;
  // Of an encrypted token that was opened, what it holds.
  const opened = known?.verification?.opened ?? null;
  const claims = opened?.claims ?? decoded?.claims ?? null;
  const header = opened?.header ?? decoded?.header ?? null;
  const proven = verificationStatusText(known?.verification?.status ?? 'not_verified');
  return [
    ...(decoded?.warnings ?? []).map(({ code, message }, index) =>
      make.line(`warning-${index}-${code}`, l10n.t('Warning'), message, 'warning'),
    ),
    make.list('scopes', l10n.t('Scopes'), 'symbol-key', scopeNodes(entry, decoded)),
    make.list('audience', l10n.t('Audience'), 'broadcast', (decoded?.audience ?? []).map(plain)),
    issuer === null ? null : make.line('issuer', l10n.t('Issuer'), issuer, 'shield'),
    subject === null ? null : make.line('subject', l10n.t('Subject'), subject, 'person'),
    claims === null ? null : make.json('claims', l10n.t('Claims'), proven, claims, nowMs),
    header === null ? null : make.json('header', l10n.t('Header'), '', header, nowMs),
    decoded === null ? null : make.line('kind', l10n.t('Kind'), decoded.kind.label, 'tag'),
  ];
}

/** "active, expires in 41 min (2026-01-15 13:41:00)". */
function statusLine(entry: TokenEntry, nowMs: number): string {
  const status = statusText(entry.status);
  const end = entry.token?.expiresAtMs ?? null;
  if (entry.status === 'missing' || entry.status === 'unknown') return lifeText(entry, nowMs);
  return end === null ? status : l10n.t('{0}, expires {1}', status, formatWhen(end, nowMs));
}

export function sendAsText(sendAs: SendAs): string {
  if ('scheme' in sendAs) return `Authorization: ${sendAs.scheme} …`;
  if ('header' in sendAs) return `${sendAs.header}: …`;
  if ('query' in sendAs) return `?${sendAs.query}=…`;
  const { username } = sendAs.basic;
  return username === undefined ? l10n.t('Basic, "user:password"') : l10n.t('Basic, user {0}', username);
}

function plain(text: string): Item {
  return { text, note: '' };
}

/** What the server granted, else what stands in the token, with the claim it stands in. */
function scopeNodes({ token, profile }: TokenEntry, decoded: DecodedToken | null): Item[] {
  const granted = token?.scope ?? null;
  const claimed = (decoded?.scopeClaims ?? []).map(({ value, from }) => ({ text: value, note: from }));
  if (claimed.length > 0) return claimed;
  return scopeWords(granted ?? profile.scope).map(plain);
}
