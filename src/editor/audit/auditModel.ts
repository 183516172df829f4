import type { AuditEntry } from '../../audit/read.ts';
import type { Unusual } from '../../audit/unusual.ts';
import type { AuditVerification } from '../../audit/verify.ts';
import { formatLocal } from '../../text.ts';
import type { Words } from '../words.ts';

/** One event in the view. */
export interface EventNode {
  readonly kind: 'event';
  readonly id: string;
  readonly entry: AuditEntry;
}

/** The events of one day in the local zone. */
export interface DayNode {
  readonly kind: 'day';
  readonly id: string;
  /** `2026-01-15`. */
  readonly day: string;
  readonly events: readonly EventNode[];
}

/** Stands for the events that are not shown yet. */
export interface MoreNode {
  readonly kind: 'more';
  readonly id: 'more';
  readonly hidden: number;
}

export type AuditNode = EventNode | DayNode | MoreNode;

/** Entries (oldest first) as days, newest first, with at most `most` events. */
export function auditNodes(entries: readonly AuditEntry[], most: number): (DayNode | MoreNode)[] {
  const days = new Map<string, EventNode[]>();
  const first = Math.max(0, entries.length - most);
  for (let index = entries.length - 1; index >= first; index--) {
    const entry = entries[index];
    if (entry === undefined) continue;
    const day = formatLocal(new Date(entry.time)).slice(0, 10);
    const events = days.get(day);
    const node: EventNode = { kind: 'event', id: `event:${index}`, entry };
    if (events === undefined) days.set(day, [node]);
    else events.push(node);
  }
  const nodes: (DayNode | MoreNode)[] = [...days].map(([day, events]) => ({
    kind: 'day',
    id: `day:${day}`,
    day,
    events,
  }));
  return first === 0 ? nodes : [...nodes, { kind: 'more', id: 'more', hidden: first }];
}

/** Codicons: their shapes differ, since colour alone tells nothing to some. */
export const actionIcons: Readonly<Record<AuditEntry['action'], string>> = {
  added: 'add',
  obtained: 'cloud-download',
  refreshed: 'refresh',
  used: 'arrow-right',
  refused: 'circle-slash',
  introspected: 'search',
  revoked: 'close',
  revealed: 'eye',
  copied: 'copy',
  exported: 'export',
  deleted: 'trash',
  missed: 'question',
};

export function actionText(action: AuditEntry['action'], { t }: Words): string {
  switch (action) {
    case 'added':
      return t('added');
    case 'obtained':
      return t('obtained');
    case 'refreshed':
      return t('refreshed');
    case 'used':
      return t('used');
    case 'refused':
      return t('refused');
    case 'introspected':
      return t('introspected');
    case 'revoked':
      return t('revoked');
    case 'revealed':
      return t('revealed');
    case 'copied':
      return t('copied');
    case 'exported':
      return t('exported');
    case 'deleted':
      return t('deleted');
    case 'missed':
      return t('not recorded');
  }
}

function unusualText(mark: Unusual, { t }: Words): string {
  switch (mark) {
    case 'new_origin':
      return t('new origin');
    case 'refused':
      return t('refused use');
    case 'burst':
      return t('many uses at once');
  }
}

/** `viewer used`. */
export function eventLabel({ token, action }: AuditEntry, words: Words): string {
  const text = actionText(action, words);
  return token === '' ? text : `${token} ${text}`;
}

/** What stands behind the label: what matters most first, since the end is often not seen. */
export function eventDescription(entry: AuditEntry, words: Words): string {
  const { time, method, origin, path, status, error, cause, action, unusual } = entry;
  const request = [method, path].filter((part) => part !== null).join(' ');
  const parts = [
    formatLocal(new Date(time)).slice(11),
    // What the label says already is not said again.
    ...unusual.filter((mark) => mark !== action).map((mark) => unusualText(mark, words)),
    status === null ? '' : String(status),
    error ?? '',
    request,
    origin ?? '',
    // Where nothing else says what it was about.
    request === '' && origin === null ? cause : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Everything about an event, a line each. */
export function eventDetails(entry: AuditEntry, words: Words): string {
  const { t } = words;
  const rows: [string, string | null][] = [
    [t('Time'), `${formatLocal(new Date(entry.time))} (${entry.time})`],
    [t('Action'), actionText(entry.action, words)],
    [t('Token'), entry.token],
    [t('Fingerprint'), entry.fingerprint],
    [t('Origin'), entry.origin],
    [t('Request'), entry.path === null ? null : `${entry.method ?? ''} ${entry.path}`.trim()],
    [t('Status'), entry.status === null ? null : String(entry.status)],
    [t('Error'), entry.error],
    [t('Cause'), entry.cause],
    [t('Unusual'), entry.unusual.map((mark) => unusualText(mark, words)).join(', ')],
  ];
  return rows
    .flatMap(([name, value]) => (value === null || value === '' ? [] : [`${name}: ${value}`]))
    .join('\n');
}

/** What a check of the log found, in one or two sentences. */
export function verificationText(found: AuditVerification, { t }: Words): string {
  const at = found.at === null ? '' : t('Line {0} of {1}.', found.at.line, found.at.file);
  switch (found.state) {
    case 'whole':
      return found.expired === 0
        ? t('The audit log is whole: {0} events, each following the one before it.', found.lines)
        : t(
            'The audit log is whole: {0} events, each following the one before it. {1} older ones were removed as they expired.',
            found.lines,
            found.expired,
          );
    case 'broken':
      return [t('The audit log was changed.'), at, found.reason].join(' ');
    case 'cut':
      return [t('The audit log is not complete.'), at, found.reason].filter((part) => part !== '').join(' ');
  }
}

/** A filter with one more word: what an event's menu adds. */
export function withFilterWord(filter: string, word: string): string {
  const words = filter.split(/\s+/).filter((part) => part !== '');
  return words.includes(word) ? words.join(' ') : [...words, word].join(' ');
}
