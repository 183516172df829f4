import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../src/audit/filter.ts';
import type { AuditVerification } from '../../src/audit/verify.ts';
import type { AuditEntry } from '../../src/audit/read.ts';
import {
  auditNodes,
  eventDescription,
  eventDetails,
  eventIcon,
  eventLabel,
  mostWithSelected,
  verificationText,
  withFilterWord,
} from '../../src/editor/audit/auditModel.ts';
import { formatLocal } from '../../src/base/text.ts';

function entryOf(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: '1:1',
    time: '2026-01-15T12:00:00.000Z',
    action: 'used',
    token: 'viewer',
    fingerprint: 'abcdefghijklmnop',
    origin: 'https://api.example.com',
    method: 'GET',
    path: '/reports/{id}',
    status: 200,
    error: null,
    cause: '/w/tour.http:12',
    detail: null,
    unusual: [],
    ...changes,
  };
}

const time = formatLocal(new Date('2026-01-15T12:00:00.000Z')).slice(11);

describe('the audit view', () => {
  it('shows days, newest first, and says how much is hidden', () => {
    const entries = [
      entryOf({ time: '2026-01-13T12:00:00.000Z' }),
      entryOf({ time: '2026-01-14T12:00:00.000Z' }),
      entryOf({ time: '2026-01-15T12:00:00.000Z', token: 'a' }),
      entryOf({ time: '2026-01-15T12:00:01.000Z', token: 'b' }),
    ];
    const nodes = auditNodes(entries, 3);
    expect(nodes.map(({ id }) => id)).toEqual(['day:2026-01-15', 'day:2026-01-14', 'more']);
    expect(
      nodes.flatMap((node) => (node.kind === 'day' ? node.events.map(({ entry }) => entry.token) : [])),
    ).toEqual(['b', 'a', 'viewer']);
    expect(nodes.at(-1)).toMatchObject({ hidden: 1 });
    expect(auditNodes(entries, 4).some(({ kind }) => kind === 'more')).toBe(false);
    expect(auditNodes([], 4)).toEqual([]);
  });

  it('says what happened', () => {
    expect(eventLabel(entryOf())).toBe('viewer used');
    expect(eventDescription(entryOf())).toBe(`${time} · 200 · GET /reports/{id} · https://api.example.com`);
    expect(eventDescription(entryOf({ unusual: ['new_origin', 'burst'] }))).toContain(
      `${time} · new origin · burst of uses · 200 · GET`,
    );
    const refused = entryOf({ action: 'refused', path: null, status: null, error: 'origin_not_allowed' });
    expect(eventDescription({ ...refused, unusual: ['refused'] })).toBe(
      `${time} · origin_not_allowed · GET · https://api.example.com`,
    );
    const copied = entryOf({ action: 'copied', origin: null, method: null, path: null, status: null });
    expect(eventDescription({ ...copied, cause: 'keyturn.tokens.copy' })).toBe(
      `${time} · keyturn.tokens.copy`,
    );
    expect(eventLabel(entryOf({ action: 'missed', token: '' }))).toBe('not recorded');
  });

  it('tells what failed from what was done', () => {
    const tried = { path: null, status: null } as const;
    for (const action of ['obtained', 'refreshed', 'introspected', 'revoked'] as const) {
      const done = entryOf({ ...tried, action });
      const failed = entryOf({ ...tried, action, error: 'oauth_error' });
      expect(eventLabel(done)).toBe(`viewer ${action}`);
      expect(eventLabel(failed)).toBe(`viewer not ${action}`);
      expect(eventDetails(failed)).toContain(`Action: not ${action}`);
      expect(eventIcon(failed)).toBe('error');
      expect(eventIcon(done)).not.toBe('error');
    }
    expect(eventLabel(entryOf({ action: 'refused', error: 'origin_not_allowed' }))).toBe('viewer refused');
  });

  it('says what changed and what was allowed', () => {
    const none = { origin: null, method: null, path: null, status: null } as const;
    const renamed = entryOf({ ...none, action: 'renamed', token: 'fresh', detail: 'was stale', cause: 'c' });
    expect(eventLabel(renamed)).toBe('fresh renamed');
    expect(eventDescription(renamed)).toBe(`${time} · was stale`);
    expect(eventDetails(renamed)).toContain('Detail: was stale\nCause: c');
    const allowed = entryOf({
      ...none,
      action: 'allowed',
      origin: 'https://far.example.com',
      detail: 'use at https://far.example.com',
    });
    expect(eventLabel(allowed)).toBe('viewer permission given');
    // Its origin stands in the detail already.
    expect(eventDescription(allowed)).toBe(`${time} · use at https://far.example.com`);
    expect(eventLabel(entryOf({ action: 'withdrawn' }))).toBe('viewer permission withdrawn');
    expect(eventLabel(entryOf({ action: 'origins_changed' }))).toBe('viewer origins changed');
  });

  it('keeps its nodes apart by what stands in the log, not by where they are shown', () => {
    const all = [entryOf({ id: '1:1' }), entryOf({ id: '1:2' }), entryOf({ id: '2:1' })];
    const idsOf = (entries: readonly AuditEntry[]) =>
      auditNodes(entries, 10).flatMap((node) => (node.kind === 'day' ? node.events.map(({ id }) => id) : []));
    expect(idsOf(all)).toEqual(['event:2:1', 'event:1:2', 'event:1:1']);
    expect(idsOf(all.slice(1))).toEqual(['event:2:1', 'event:1:2']);
  });

  it('does not let the selected event slip off the end, unless it is very far', () => {
    const shown = Array.from({ length: 10_000 }, (_, index) => entryOf({ id: String(index) }));
    const most = (selected: number | null) =>
      mostWithSelected(shown, 200, selected === null ? null : (shown[selected] ?? null));
    expect(most(null)).toBe(200);
    expect(most(9_900)).toBe(200);
    expect(most(9_000)).toBe(1_000);
    expect(most(4_000)).toBe(200);
    expect(mostWithSelected(shown, 200, entryOf({ id: 'gone' }))).toBe(200);
  });

  it('tells everything in the tooltip, and leaves out what there is not', () => {
    const details = eventDetails(entryOf({ error: null }));
    expect(details).toContain('Request: GET /reports/{id}');
    expect(details).toContain('Cause: /w/tour.http:12');
    expect(details).not.toContain('Error');
    expect(details).not.toContain('Unusual');
  });

  it('says what a check found', () => {
    const found = {
      proof: 'sealed',
      lines: 3,
      unproven: 0,
      missed: 0,
      waiting: 0,
      at: null,
      expired: 0,
      torn: 0,
      head: 'x',
      reason: 'Why.',
    } as const;
    const say = (changes: Partial<AuditVerification>) =>
      verificationText({ ...found, state: 'whole', ...changes });
    expect(say({})).toBe('The audit log is complete and unchanged: 3 events. Why.');
    expect(say({ proof: 'none' })).toBe('The chain of the audit log is unbroken: 3 events. Why.');
    expect(say({ expired: 7 })).toContain('7 older events');
    expect(say({ state: 'broken', at: { file: 'a.jsonl', line: 2 } })).toBe(
      'The audit log was changed. Line 2 of a.jsonl. Why.',
    );
    expect(say({ state: 'cut' })).toBe('The audit log is not complete. Why.');
    expect(say({ state: 'deleted' })).toBe('The audit log was deleted. Why.');
    expect(say({ state: 'empty' })).toBe('The audit log is empty. Why.');
  });

  it('adds words to a filter that the filter understands', () => {
    const filter = withFilterWord(
      withFilterWord('reports', 'token:viewer'),
      'origin:https://api.example.com',
    );
    expect(filter).toBe('reports token:viewer origin:https://api.example.com');
    expect(withFilterWord(filter, 'token:viewer')).toBe(filter);
    expect(parseFilter(filter, 0)).toMatchObject({
      tokens: ['viewer'],
      origins: ['https://api.example.com'],
      words: ['reports'],
    });
  });
});
