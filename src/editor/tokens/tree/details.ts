import { numberSpelling } from '../../../base/exactJson.ts';
import { formatWhen } from '../../../base/text.ts';
import { isObject, type JsonObject } from '../../../inspect/claims.ts';
import { decodeToken, type DecodedToken } from '../../../inspect/decode.ts';
import type { SendAs } from '../../../profile/profile.ts';
import { scopeWords } from '../../../inspect/scopes.ts';
import type { TokenEntry } from '../../../token/tokenManager.ts';
import { shownAddress } from '../../../profile/shownOrigin.ts';
import type { Words } from '../../platform/words.ts';
import type { KnownProof } from '../../../oauth/verify/inspections.ts';
import { claimValue, isDateClaim } from '../../inspection/claimsText.ts';
import { lifeText, statusText } from './describe.ts';
import { proofNodes, proofStatusText } from '../../inspection/nodes.ts';

/** A line below an entry. */
export interface DetailNode {
  readonly kind: 'detail';
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Codicon; null for none. */
  readonly icon: string | null;
  readonly tooltip: string | null;
  /** Lines below this one, made when they are looked at; null for none. */
  readonly children: (() => DetailNode[]) | null;
}

/** A view that long says nothing to anybody; the details document has the rest. */
const MOST_CHILDREN = 200;

/** Status, proof, scopes, audience, claims, origins and use of an entry. */
export function detailsOf(
  parentId: string,
  entry: TokenEntry,
  nowMs: number,
  words: Words,
  known: KnownProof | null = null,
): DetailNode[] {
  const { t } = words;
  const { profile, token, lastError, lastUsedAtMs } = entry;
  const decoded = token === null ? null : decodeToken(token.accessToken);
  const make = maker(parentId, t);
  const scopes = scopeNodes(entry, decoded);
  const issuer = decoded?.issuer ?? profile.issuer;
  const subject = decoded?.subject ?? null;
  // Of an encrypted token that was opened, what it holds.
  const opened = known?.proof?.opened ?? null;
  const claims = opened?.claims ?? decoded?.claims ?? null;
  const header = opened?.header ?? decoded?.header ?? null;
  const proven = proofStatusText(known?.proof?.status ?? 'not_verified', words);
  const lines: (DetailNode | null)[] = [
    make.line('status', t('Status'), statusLine(entry, nowMs, words), 'pulse'),
    lastError && make.line('error', t('Last error'), lastError.message, 'warning'),
    ...proofNodes(known, make, nowMs, words),
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
          profile.grant === 'static' ? t('Added') : t('Obtained'),
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

interface Item {
  readonly text: string;
  readonly note: string;
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

export type DetailMaker = ReturnType<typeof maker>;

function maker(parentId: string, t: Words['t']) {
  const node = (id: string, change: Omit<DetailNode, 'kind' | 'id'>): DetailNode => ({
    kind: 'detail',
    id,
    ...change,
  });
  const line = (name: string, label: string, value: string, icon: string | null): DetailNode =>
    node(`${parentId}/${name}`, { label, value, icon, tooltip: null, children: null });

  const group = (
    name: string,
    label: string,
    value: string,
    icon: string,
    children: () => DetailNode[],
  ): DetailNode => node(`${parentId}/${name}`, { label, value, icon, tooltip: null, children });

  /** One item stands on the line itself, several below it; none makes no line. */
  const list = (name: string, label: string, icon: string, items: readonly Item[]): DetailNode | null => {
    const [first, ...others] = items;
    if (first === undefined) return null;
    if (others.length === 0) return line(name, label, first.text, icon);
    const id = `${parentId}/${name}`;
    const children = () =>
      capped(id, items, ({ text, note }, index) =>
        node(`${id}/${index}`, { label: text, value: note, icon: null, tooltip: text, children: null }),
      );
    return node(id, { label, value: items.map(({ text }) => text).join(' '), icon, tooltip: null, children });
  };

  const member = (id: string, holder: JsonObject | readonly unknown[], key: string, nowMs: number) =>
    value(id, key, Reflect.get(holder, key), nowMs, numberSpelling(holder, key));

  const value = (
    id: string,
    label: string,
    json: unknown,
    nowMs: number,
    spelling: string | null,
  ): DetailNode => {
    if (Array.isArray(json)) {
      const items: readonly unknown[] = json;
      const children =
        items.length === 0
          ? null
          : () => capped(id, items, (_item, index) => member(`${id}/${index}`, items, String(index), nowMs));
      return node(id, {
        label,
        value: items.length === 1 ? t('1 item') : t('{0} items', items.length),
        icon: null,
        tooltip: null,
        children,
      });
    }
    if (isObject(json)) {
      const members = Object.entries(json);
      const children =
        members.length === 0
          ? null
          : () => capped(id, members, ([name], index) => member(`${id}/${index}:${name}`, json, name, nowMs));
      return node(id, {
        label,
        value: members.length === 0 ? '{}' : '',
        icon: null,
        tooltip: null,
        children,
      });
    }
    const date = typeof json === 'number' && isDateClaim(label) ? formatWhen(json * 1000, nowMs) : null;
    return node(id, {
      label,
      value: date ?? spelling ?? claimValue(json),
      icon: null,
      tooltip: null,
      children: null,
    });
  };

  const json = (
    name: string,
    label: string,
    note: string,
    object: JsonObject,
    nowMs: number,
  ): DetailNode => ({
    ...value(`${parentId}/${name}`, label, object, nowMs, null),
    value: note,
    icon: 'json',
  });

  const capped = <T>(
    id: string,
    items: readonly T[],
    make: (item: T, index: number) => DetailNode,
  ): DetailNode[] => {
    const shown = items.slice(0, MOST_CHILDREN).map(make);
    const more = items.length - shown.length;
    if (more > 0) {
      shown.push(
        node(`${id}/more`, {
          label: t('and {0} more', more),
          value: '',
          icon: null,
          tooltip: null,
          children: null,
        }),
      );
    }
    return shown;
  };

  return { line, group, list, json };
}
