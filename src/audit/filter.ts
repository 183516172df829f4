import { KeyturnError } from '../base/errors.ts';
import { auditActions } from './entry.ts';
import type { AuditEntry } from './read.ts';

/** What an entry must be like; null and empty parts let everything pass. */
export interface AuditFilter {
  readonly tokens: readonly string[];
  readonly origins: readonly string[];
  readonly actions: readonly string[];
  /** Milliseconds since the epoch. */
  readonly sinceMs: number | null;
  readonly unusualOnly: boolean;
  /** Each must stand somewhere in the entry, in any case. */
  readonly words: readonly string[];
}

export const noFilter: AuditFilter = {
  tokens: [],
  origins: [],
  actions: [],
  sinceMs: null,
  unusualOnly: false,
  words: [],
};

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `30m`, `12h`, `7d`, `2w`, or a date such as `2026-01-15`, as the time before which nothing passes; null when it is none. */
export function parseSince(text: string, nowMs: number): number | null {
  const found = /^(\d{1,6})([mhdw])$/.exec(text);
  const unit = unitMs[found?.[2] ?? ''];
  if (found?.[1] !== undefined && unit !== undefined) return nowMs - Number(found[1]) * unit;
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]{1,15}Z?)?$/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/**
 * A filter from words: `token:viewer origin:https://api.example.com action:refused since:7d is:unusual reports`.
 * Several of a kind are alternatives. What cannot be read yet, as while a person types, lets everything pass.
 */
export function parseFilter(text: string, nowMs: number): AuditFilter {
  const tokens: string[] = [];
  const origins: string[] = [];
  const actions: string[] = [];
  const words: string[] = [];
  let sinceMs: number | null = null;
  let unusualOnly = false;
  for (const part of text.split(/\s+/)) {
    const colon = part.indexOf(':');
    const value = part.slice(colon + 1);
    switch (part.slice(0, colon + 1)) {
      case 'token:':
        if (value !== '') tokens.push(value);
        break;
      case 'origin:':
        if (value !== '') origins.push(value);
        break;
      case 'action:':
        if (value !== '') actions.push(value);
        break;
      case 'since:':
        sinceMs = parseSince(value, nowMs) ?? sinceMs;
        break;
      case 'is:':
        unusualOnly ||= value === 'unusual';
        break;
      default:
        if (part !== '') words.push(part.toLowerCase());
    }
  }
  return { tokens, origins, actions, sinceMs, unusualOnly, words };
}

/** Fails with `usage` on an action that does not exist. */
export function checkActions(actions: readonly string[]): void {
  const known: readonly string[] = auditActions;
  for (const action of actions) {
    if (known.includes(action)) continue;
    throw new KeyturnError('usage', `There is no action ${JSON.stringify(action)}.`, {
      hint: `There is ${auditActions.join(', ')}.`,
    });
  }
}

export function filterEntries(entries: readonly AuditEntry[], filter: AuditFilter): AuditEntry[] {
  const since = filter.sinceMs === null ? null : new Date(Math.max(0, filter.sinceMs)).toISOString();
  return entries.filter(
    (entry) =>
      among(filter.tokens, entry.token) &&
      among(filter.origins, entry.origin) &&
      among(filter.actions, entry.action) &&
      (since === null || entry.time >= since) &&
      (!filter.unusualOnly || entry.unusual.length > 0) &&
      filter.words.every((word) => textOf(entry).includes(word)),
  );
}

function among(wanted: readonly string[], value: string | null): boolean {
  return wanted.length === 0 || (value !== null && wanted.includes(value));
}

function textOf({
  token,
  action,
  origin,
  method,
  path,
  status,
  error,
  cause,
  detail,
  unusual,
  fingerprint,
}: AuditEntry): string {
  return [
    token,
    action,
    method,
    `${origin ?? ''}${path ?? ''}`,
    status,
    error,
    cause,
    detail,
    ...unusual,
    fingerprint,
  ]
    .join(' ')
    .toLowerCase();
}
