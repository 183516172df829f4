import { formatWhen } from '../../../base/text.ts';
import { decodeToken, type DecodedToken } from '../../../inspect/decode.ts';
import { grantOf } from '../../../profile/grants/all.ts';
import type { SendAs } from '../../../profile/profile.ts';
import { scopeWords } from '../../../inspect/scopes.ts';
import type { TokenEntry } from '../../../token/manager.ts';
import { shownAddress } from '../../../profile/shownOrigin.ts';
import type { Words } from '../../platform/words.ts';
import type { KnownInspection } from '../../../oauth/verify/inspections.ts';
import { lifeText, statusText } from './describe.ts';
import { inspectionNodes, verificationStatusText } from './inspectionNodes.ts';
import { type DetailNode, maker, type Item } from './detailNode.ts';

/** Status, verification, scopes, audience, claims, origins and use of an entry. */
export function detailsOf(
  parentId: string,
  entry: TokenEntry,
  nowMs: number,
  words: Words,
  known: KnownInspection | null = null,
): DetailNode[] {
  const { t } = words;
  const { profile, token, lastError, lastUsedAtMs } = entry;
  const decoded = token === null ? null : decodeToken(token.accessToken);
  const make = maker(parentId, t);
  const scopes = scopeNodes(entry, decoded);
  const issuer = decoded?.issuer ?? profile.issuer;
  const subject = decoded?.subject ?? null;
  // Of an encrypted token that was opened, what it holds.
  const opened = known?.verification?.opened ?? null;
  const claims = opened?.claims ?? decoded?.claims ?? null;
  const header = opened?.header ?? decoded?.header ?? null;
  const proven = verificationStatusText(known?.verification?.status ?? 'not_verified', words);
  const lines: (DetailNode | null)[] = [
    make.line('status', t('Status'), statusLine(entry, nowMs, words), 'pulse'),
    lastError && make.line('error', t('Last error'), lastError.message, 'warning'),
    ...inspectionNodes(known, make, nowMs, words),
    ...(decoded?.warnings ?? []).map(({ code, message }, index) =>
      make.line(`warning-${index}-${code}`, t('Warning'), message, 'warning'),
    ),
    make.list('scopes', t('Scopes'), 'symbol-key', scopes),
    make.list('audience', t('Audience'), 'broadcast', (decoded?.audience ?? []).map(plain)),
    issuer === null ? null : make.line('issuer', t('Issuer'), issuer, 'shield'),
    subject === null ? null : make.line('subject', t('Subject'), subject, 'person'),
    claims === null ? null : make.json('claims', t('Claims'), proven, claims, nowMs),
    header === null ? null : make.json('header', t('Header'), '', header, nowMs),
    decoded === null ? null : make.line('kind', t('Kind'), decoded.kind.label, 'tag'),
    (token?.refreshToken ?? null) === null
      ? null
      : make.line('refreshToken', t('Refresh token'), t('held'), 'sync'),
    make.line('sendAs', t('Sent as'), sendAsText(profile.sendAs, t), 'arrow-right'),
    make.list(
      'origins',
      t('Origins'),
      'globe',
      profile.origins.map((origin) => plain(shownAddress(origin))),
    ),
    token === null
      ? null
      : make.line(
          'used',
          t('Last used'),
          lastUsedAtMs === null ? t('never') : formatWhen(lastUsedAtMs, nowMs),
          'history',
        ),
    token === null
      ? null
      : make.line(
          'obtained',
          grantOf(profile.grant).pasted === 'token' ? t('Added') : t('Obtained'),
          formatWhen(token.obtainedAtMs, nowMs),
          'calendar',
        ),
  ];
  return lines.filter((line) => line !== null);
}

/** "active, expires in 41 min (2026-01-15 13:41:00)". */
function statusLine(entry: TokenEntry, nowMs: number, words: Words): string {
  const status = statusText(entry.status, words);
  const end = entry.token?.expiresAtMs ?? null;
  if (entry.status === 'missing' || entry.status === 'unknown') return lifeText(entry, nowMs, words);
  return end === null ? status : words.t('{0}, ends {1}', status, formatWhen(end, nowMs));
}

export function sendAsText(sendAs: SendAs, t: Words['t']): string {
  if ('scheme' in sendAs) return `Authorization: ${sendAs.scheme} …`;
  if ('header' in sendAs) return `${sendAs.header}: …`;
  if ('query' in sendAs) return `?${sendAs.query}=…`;
  const { username } = sendAs.basic;
  return username === undefined ? t('Basic, "user:password"') : t('Basic, user {0}', username);
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
