import { describe, expect, test } from 'vitest';
import { nearest } from '../../../src/httpfile/parse/near.ts';

describe('the nearest word', () => {
  test.each([
    ['GTE', 'GET'],
    ['GEET', 'GET'],
    ['GE', 'GET'],
    ['psot', 'POST'],
    ['DELLTEE', 'DELETE'],
  ])('%s is near %s', (word, meant) => {
    expect(nearest(word, ['GET', 'POST', 'DELETE'])).toBe(meant);
  });

  test.each(['X', 'FROM', 'FETCHED', 'TGE5'])('%s is near none', (word) => {
    expect(nearest(word, ['GET', 'POST', 'DELETE'])).toBeNull();
  });

  test('hyphens and case do not count, and the nearest wins', () => {
    expect(nearest('noredirct', ['no-redirect'])).toBe('no-redirect');
    expect(nearest('reportIdd', ['reportIds', 'reportIddd', 'reportId'])).not.toBeNull();
    expect(nearest('userName', ['userNam', 'username'])).toBe('username');
  });
});
