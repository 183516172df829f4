import { describe, expect, test } from 'vitest';
import { parseLoop } from '../../../src/httpfile/directives/loop.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { timeValue } from '../../../src/httpfile/parse/timeValue.ts';
import { parseSpacing, sleepMs } from '../../../src/httpfile/directives/waits.ts';

describe('the value of # @loop', () => {
  test.each([
    ['for 3', { variable: null, count: 3 }],
    ['for n of 3', { variable: 'n', count: 3 }],
    ['for item of list', { variable: 'item', list: { name: 'list' } }],
    ['for item of {{ list }}', { variable: 'item', list: { name: 'list' } }],
    ['  for item of ["a", {"b": 1}] ', { variable: 'item', list: { json: '["a", {"b": 1}]' } }],
  ])('%s', (value, loop) => {
    expect(parseLoop(value)).toEqual(loop);
  });

  test.each([
    '',
    'for',
    'while true',
    'for item of',
    'for list',
    'for a of b.c',
    'for a of [1',
    'for a of -1',
    `for ${'of '.repeat(9999)}`,
  ])('%s needs a script', (value) => {
    expect(parseLoop(value)).toBeNull();
  });
});

describe('the value of a spacing', () => {
  test.each([
    ['5/s', { slot: '', idleMs: 200, most: 0, windowMs: 0 }],
    ['30 / m', { slot: '', idleMs: 2000, most: 0, windowMs: 0 }],
    ['3600/h', { slot: '', idleMs: 1000, most: 0, windowMs: 0 }],
    ['slot foo minIdleTime 10000', { slot: 'foo', idleMs: 10_000, most: 0, windowMs: 0 }],
    ['slot: a minIdleTime: 1 max: 2 expire: 3', { slot: 'a', idleMs: 1, most: 2, windowMs: 3 }],
    ['max 2 expire 1000', { slot: '', idleMs: 0, most: 2, windowMs: 1000 }],
  ])('%s', (value, rule) => {
    expect(parseSpacing(value)).toEqual(rule);
  });

  test.each(['', '0/s', '5', '5/d', 'slot', 'max two', 'constructor 1', 'max 1 expire'])(
    '%s is none',
    (value) => {
      expect(parseSpacing(value)).toBeNull();
    },
  );
});

test('times: a pause is in milliseconds, a limit in the usual unit unless it has one', () => {
  expect([sleepMs('500'), sleepMs(' 0 '), sleepMs('1 s'), sleepMs('-1')]).toEqual([500, 0, null, null]);
  expect([timeValue('10'), timeValue('10', 'ms'), timeValue('10 s', 'ms'), timeValue('2 m')]).toEqual([
    10_000, 10, 10_000, 120_000,
  ]);
});

test.each(['jetbrains', 'httpyac'] as const)('%s: # @title stands in place of the title', (dialect) => {
  const tree = parseHttpFile('### One\n# @title Two\nGET https://a.org', { dialect });
  expect(tree.requests[0]).toMatchObject({ name: 'One', title: 'Two' });
});
