import { describe, expect, it } from 'vitest';
import { fileOfCause } from '../../src/audit/cause.ts';
import { auditCsv, auditJson } from '../../src/audit/export.ts';
import { filterEntries, noFilter, parseFilter, parseSince } from '../../src/audit/filter.ts';
import { pathTemplate } from '../../src/audit/pathTemplate.ts';
import type { AuditEntry } from '../../src/audit/read.ts';
import { BURST } from '../../src/audit/unusual.ts';
import { auditHarness, eventOf } from './support.ts';
import { cpuMs } from '../support/cpuTime.ts';

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

describe('path templates', () => {
  it.each([
    ['/', '/'],
    ['/reports', '/reports'],
    ['/reports/7', '/reports/{id}'],
    ['/v1/oauth2/token', '/v1/oauth2/token'],
    ['/api/v2.1/customer-orders/list_all', '/api/v2.1/customer-orders/list_all'],
    ['/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301/x', '/users/{id}/x'],
    ['/commits/9fceb02', '/commits/9fceb02'],
    ['/commits/9fceb02d0ae598e95dc970b74767f19372d61af8', '/commits/{id}'],
    ['/2026-01-15/report', '/{id}/report'],
    ['/o/507f1f77bcf86cd799439011', '/o/{id}'],
    ['/c/cus_NffrFeUfNV2Hib', '/c/{id}'],
    ['/k/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/k/{id}'],
    ['/people/jane%40example.com', '/people/{id}'],
    ['/people/jane@example.com/mail', '/people/{id}/mail'],
    ['/reset/qwertyuiopasdfghjklzxcvbnm', '/reset/{id}'],
    ['/a;session=123/b?token=abc#frag', '/a/b'],
    ['/by/•••viewer•••/x', '/by/{secret}/x'],
  ])('%s → %s', (path, template) => {
    expect(pathTemplate(path)).toBe(template);
  });

  it('is made in linear time', () => {
    const start = cpuMs();
    for (const piece of ['1', '1,', '-', 'a1', '%', '.', 'A'])
      pathTemplate(`/${piece.repeat(200_000)}x/${piece.repeat(100)}`);
    expect(cpuMs() - start).toBeLessThan(1000);
  });

  it('is bounded', () => {
    expect(pathTemplate(`/${'a/'.repeat(5000)}`).length).toBeLessThan(100);
    expect(pathTemplate(`/${'ab-'.repeat(300)}`).length).toBeLessThan(310);
  });
});

describe('unusual use', () => {
  it('marks a new origin after the first, refusals, and a burst once', async () => {
    const { log, clock } = await auditHarness();
    log.record(eventOf());
    log.record(eventOf({ origin: 'https://other.example.com' }));
    log.record(eventOf());
    log.record(
      eventOf({ action: 'refused', origin: 'https://evil.example.com', error: 'origin_not_allowed' }),
    );
    log.record(eventOf({ tokenName: 'else', origin: 'https://other.example.com' }));
    await log.flush();
    expect((await log.read()).map(({ unusual }) => unusual)).toEqual([
      [],
      ['new_origin'],
      [],
      ['refused'],
      [],
    ]);
    await clock.advance(60_000);
    for (let i = 0; i < BURST.uses + 50; i++) log.record(eventOf());
    await clock.advance(60_000);
    for (let i = 0; i < BURST.uses - 1; i++) log.record(eventOf());
    const bursts = (await log.read()).flatMap(({ unusual }, index) =>
      unusual.includes('burst') ? [index] : [],
    );
    expect(bursts).toEqual([5 + BURST.uses - 1]);
  });
});

describe('filters', () => {
  const now = Date.parse('2026-01-15T12:00:00Z');
  const entries = [
    entryOf(),
    entryOf({ token: 'admin', action: 'refused', error: 'origin_not_allowed', unusual: ['refused'] }),
    entryOf({ time: '2026-01-01T00:00:00.000Z', origin: 'https://other.example.com', path: '/x' }),
    entryOf({
      time: '2026-01-02T00:00:00.000Z',
      action: 'renamed',
      token: 'fresh',
      origin: null,
      detail: 'was stale',
    }),
  ];
  const found = (text: string) =>
    filterEntries(entries, parseFilter(text, now)).map((entry) => entries.indexOf(entry));

  it.each([
    ['', [0, 1, 2, 3]],
    ['STALE', [3]],
    ['action:renamed token:fresh', [3]],
    ['token:viewer', [0, 2]],
    ['token:viewer token:admin', [0, 1, 2]],
    ['action:refused', [1]],
    ['origin:https://other.example.com', [2]],
    ['since:7d', [0, 1]],
    ['since:2026-01-16', []],
    ['is:unusual', [1]],
    ['REPORTS get', [0, 1, 3]],
    ['tour.http:12 token:admin', [1]],
    ['token: action: since:x', [0, 1, 2, 3]],
    ['other.example.com/x', [2]],
  ])('%s', (text, wanted) => {
    expect(found(text)).toEqual(wanted);
  });

  it('reads times', () => {
    expect(parseSince('2h', now)).toBe(now - 7_200_000);
    expect(parseSince('7', now)).toBeNull();
    expect(parseSince('2026-99-99', now)).toBeNull();
    expect(filterEntries(entries, { ...noFilter, sinceMs: parseSince('999999w', now) })).toHaveLength(4);
  });
});

describe('export', () => {
  it('guards cells that a spreadsheet would run', () => {
    const csv = auditCsv([
      entryOf({ token: '=1+1', cause: '@SUM(A1)', error: '-x', method: '+1', path: '/a,"b"' }),
      entryOf({
        token: '\t=1',
        cause: 'two\nlines',
        detail: 'was =x',
        status: null,
        unusual: ['new_origin', 'burst'],
      }),
    ]);
    const [head, one, two] = csv.split('\r\n');
    expect(head).toBe('time,action,token,fingerprint,origin,method,path,status,error,cause,detail,unusual');
    expect(one).toBe(
      `2026-01-15T12:00:00.000Z,used,'=1+1,abcdefghijklmnop,https://api.example.com,'+1,"/a,""b""",200,'-x,'@SUM(A1),,`,
    );
    expect(two).toContain(',\\u{09}=1,');
    expect(csv).toContain('two\\u{0A}lines,was =x,new_origin burst\r\n');
  });

  it('gives JSON that reads back', () => {
    const { id, ...told } = entryOf({ detail: 'was viewer' });
    expect(JSON.parse(auditJson([{ id, ...told }]))).toEqual([told]);
    expect(JSON.parse(auditJson([]))).toEqual([]);
  });
});

describe('causes', () => {
  it('names a file and line, or none', () => {
    expect(fileOfCause('file:///w/tour.http:3')).toEqual({
      location: 'file:///w/tour.http',
      line: 3,
    });
    expect(fileOfCause('C:\\w\\tour.http:3')).toEqual({ location: 'C:\\w\\tour.http', line: 3 });
    for (const cause of ['background', 'keyturn.tokens.copy', 'keyturn token add', '']) {
      expect(fileOfCause(cause)).toBeNull();
    }
  });
});
