import { l10n } from 'vscode';
import type { AuditEntry } from '../../audit/read.ts';
import type { Unusual } from '../../audit/unusual.ts';
import type { AuditVerification } from '../../audit/verify.ts';
import { formatLocal } from '../../base/text.ts';
import { visible } from '../../base/visible.ts';

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
    const node: EventNode = { kind: 'event', id: `event:${entry.id}`, entry };
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

/** How many events stay shown for the sake of the one that is selected. */
const MOST_FOR_SELECTION = 5_000;

/** How many of the newest events to show after more have come: what is selected does not slip off the end. */
export function mostWithSelected(
  shown: readonly AuditEntry[],
  most: number,
  selected: AuditEntry | null,
): number {
  const at = selected === null ? -1 : shown.findLastIndex(({ id }) => id === selected.id);
  const needed = shown.length - at;
  return at < 0 || needed > MOST_FOR_SELECTION ? most : Math.max(most, needed);
}

/** Codicons: their shapes differ, since colour alone tells nothing to some. */
const actionIcons: Readonly<Record<AuditEntry['action'], string>> = {
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
  renamed: 'edit',
  origins_changed: 'globe',
  allowed: 'thumbsup',
  withdrawn: 'discard',
  deleted: 'trash',
  missed: 'question',
  log_fault: 'warning',
};

function actionText(action: AuditEntry['action']): string {
  switch (action) {
    case 'added':
      return l10n.t('added');
    case 'obtained':
      return l10n.t('obtained');
    case 'refreshed':
      return l10n.t('refreshed');
    case 'used':
      return l10n.t('used');
    case 'refused':
      return l10n.t('refused');
    case 'introspected':
      return l10n.t('introspected');
    case 'revoked':
      return l10n.t('revoked');
    case 'revealed':
      return l10n.t('revealed');
    case 'copied':
      return l10n.t('copied');
    case 'exported':
      return l10n.t('exported');
    case 'renamed':
      return l10n.t('renamed');
    case 'origins_changed':
      return l10n.t('origins changed');
    case 'allowed':
      return l10n.t('permission given');
    case 'withdrawn':
      return l10n.t('permission withdrawn');
    case 'deleted':
      return l10n.t('deleted');
    case 'missed':
      return l10n.t('not recorded');
    case 'log_fault':
      return l10n.t('audit log changed');
  }
}

function unusualText(mark: Unusual): string {
  switch (mark) {
    case 'new_origin':
      return l10n.t('new origin');
    case 'refused':
      return l10n.t('refused use');
    case 'burst':
      return l10n.t('burst of uses');
  }
}

/** What was tried and did not succeed; null for everything else. */
function failedText({ action, error }: AuditEntry): string | null {
  if (error === null) return null;
  switch (action) {
    case 'obtained':
      return l10n.t('not obtained');
    case 'refreshed':
      return l10n.t('not refreshed');
    case 'introspected':
      return l10n.t('not introspected');
    case 'revoked':
      return l10n.t('not revoked');
    default:
      return null;
  }
}

/** Codicon of an event. */
export function eventIcon(entry: AuditEntry): string {
  return failedText(entry) === null ? actionIcons[entry.action] : 'error';
}

/** `viewer used`. */
export function eventLabel(entry: AuditEntry): string {
  const { token, action } = entry;
  const text = failedText(entry) ?? actionText(action);
  return token === '' ? text : `${visible(token)} ${text}`;
}

/** What stands behind the label: what matters most first, since the end is often not seen. */
export function eventDescription(entry: AuditEntry): string {
  const { time, method, origin, path, status, error, cause, detail, action, unusual } = entry;
  const request = [method, path].filter((part) => part !== null).join(' ');
  const parts = [
    formatLocal(new Date(time)).slice(11),
    // What the label says already is not said again.
    ...unusual.filter((mark) => mark !== action).map((mark) => unusualText(mark)),
    status === null ? '' : String(status),
    error ?? '',
    request,
    // The detail of a permission names its origin.
    detail ?? origin ?? '',
    // Where nothing else says what it was about.
    request === '' && origin === null && detail === null ? cause : '',
  ];
  return visible(parts.filter((part) => part !== '').join(' · '));
}

/** Everything about an event, a line each. */
export function eventDetails(entry: AuditEntry): string {
  const rows: [string, string | null][] = [
    [l10n.t('Time'), `${formatLocal(new Date(entry.time))} (${entry.time})`],
    [l10n.t('Action'), failedText(entry) ?? actionText(entry.action)],
    [l10n.t('Token'), entry.token],
    [l10n.t('Fingerprint'), entry.fingerprint],
    [l10n.t('Origin'), entry.origin],
    [l10n.t('Request'), entry.path === null ? null : `${entry.method ?? ''} ${entry.path}`.trim()],
    [l10n.t('Status'), entry.status === null ? null : String(entry.status)],
    [l10n.t('Error'), entry.error],
    [l10n.t('Detail'), entry.detail],
    [l10n.t('Cause'), entry.cause],
    [l10n.t('Unusual'), entry.unusual.map((mark) => unusualText(mark)).join(', ')],
  ];
  return rows
    .flatMap(([name, value]) => (value === null || value === '' ? [] : [`${name}: ${visible(value)}`]))
    .join('\n');
}

/** What a check of the log found, in a few sentences. */
export function verificationText(found: AuditVerification): string {
  const at = found.at === null ? '' : l10n.t('Line {0} of {1}.', found.at.line, found.at.file);
  const expired =
    found.expired === 0 ? '' : l10n.t('{0} older events were removed as they expired.', found.expired);
  return [verdictText(found), at, found.reason, expired].filter((part) => part !== '').join(' ');
}

function verdictText({ state, proof, lines }: AuditVerification): string {
  switch (state) {
    case 'whole':
      return proof === 'sealed'
        ? l10n.t('The audit log is complete and unchanged: {0} events.', lines)
        : l10n.t('The chain of the audit log is unbroken: {0} events.', lines);
    case 'empty':
      return l10n.t('The audit log is empty.');
    case 'broken':
    case 'rewritten':
      return l10n.t('The audit log was changed.');
    case 'cut':
      return l10n.t('The audit log is not complete.');
    case 'deleted':
      return l10n.t('The audit log was deleted.');
  }
}

/** A filter with one more word: what an event's menu adds. */
export function withFilterWord(filter: string, word: string): string {
  const words = filter.split(/\s+/).filter((part) => part !== '');
  return words.includes(word) ? words.join(' ') : [...words, word].join(' ');
}
