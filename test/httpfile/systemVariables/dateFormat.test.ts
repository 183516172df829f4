import { describe, expect, test } from 'vitest';
import { addToDate, formatDate, iso8601, rfc1123 } from '../../../src/httpfile/systemVariables/dateFormat.ts';

const at = Date.UTC(2024, 1, 29, 13, 4, 5, 67);

describe('dates', () => {
  test.each([
    ['YYYY-MM-DD HH:mm:ss.SSS', '2024-02-29 13:04:05.067'],
    ['YY M D H h hh m s A a', '24 2 29 13 1 01 4 5 PM pm'],
    ['dddd ddd dd d MMMM MMM', 'Thursday Thu Th 4 February Feb'],
    ['Z ZZ X x', '+00:00 +0000 1709211845 1709211845067'],
    ['[unclosed', '[unclo5e4'],
  ])('Day.js %s', (pattern, expected) => {
    expect(formatDate(at, pattern, 'dayjs', false)).toBe(expected);
  });

  test('literal text', () => {
    expect(formatDate(at, '[YYYY] YYYY', 'dayjs', false)).toBe('YYYY 2024');
    expect(formatDate(at, "'dd' dd-MM-yyyy HH:mm:ss.fff tt zzz", 'dotnet', false)).toBe(
      'dd 29-02-2024 13:04:05.067 PM +00:00',
    );
  });

  test('standard forms', () => {
    expect(rfc1123(at, false)).toBe('Thu, 29 Feb 2024 13:04:05 GMT');
    expect(iso8601(at, false)).toBe('2024-02-29T13:04:05.067Z');
    expect(Date.parse(iso8601(at, true))).toBe(at);
    expect(Date.parse(rfc1123(at, true))).toBe(at - 67);
  });

  test('offsets', () => {
    expect(addToDate(at, 1, 'y')).toBe(Date.UTC(2025, 1, 28, 13, 4, 5, 67));
    expect(addToDate(at, -1, 'M')).toBe(Date.UTC(2024, 0, 29, 13, 4, 5, 67));
    expect(addToDate(Date.UTC(2024, 0, 31), 1, 'M')).toBe(Date.UTC(2024, 1, 29));
    expect(addToDate(at, 2, 'w')).toBe(at + 14 * 86_400_000);
    expect(addToDate(at, 5, 'ms')).toBe(at + 5);
    expect(addToDate(at, 1, 'x')).toBeNull();
  });
});
