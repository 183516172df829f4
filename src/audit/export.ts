import { visible, visibleJson } from '../base/visible.ts';
import type { AuditEntry } from './read.ts';

const columns = [
  'time',
  'action',
  'token',
  'fingerprint',
  'origin',
  'method',
  'path',
  'status',
  'error',
  'cause',
  'detail',
  'unusual',
] as const satisfies readonly (keyof AuditEntry)[];

/** RFC 4180, with a header line. What a spreadsheet would take for a formula is preceded by an apostrophe. */
export function auditCsv(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) => columns.map((column) => field(entry[column])).join(','));
  return [columns.join(','), ...rows, ''].join('\r\n');
}

/** An array of entries, one a line. */
export function auditJson(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) =>
    visibleJson(Object.fromEntries(columns.map((name) => [name, entry[name]]))),
  );
  return rows.length === 0 ? '[]\n' : `[\n${rows.join(',\n')}\n]\n`;
}

function field(value: AuditEntry[(typeof columns)[number]]): string {
  if (value === null) return '';
  const text = visible(typeof value === 'object' ? value.join(' ') : String(value));
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
