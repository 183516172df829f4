import { describe, expect, it } from 'vitest';
import { missingScopes, scopeWords } from '../../src/inspect/scopes.ts';

describe('scopes', () => {
  it.each<[string | readonly string[] | null, string[]]>([
    ['repo,read:org', ['repo', 'read:org']],
    ['repo read:org', ['repo', 'read:org']],
    [' a,, b ,a\tc', ['a', 'b', 'c']],
    [
      ['a b', 'c,d'],
      ['a', 'b', 'c', 'd'],
    ],
    ['', []],
    [null, []],
  ])('of %j are %j', (text, words) => {
    expect(scopeWords(text)).toEqual(words);
  });

  it.each<[string[], string | readonly string[] | null, string[]]>([
    [['repo', 'gist'], 'repo,read:org', ['gist']],
    [['a,b'], 'a,b', []],
    [['a,b'], 'a b', []],
    [['a,b'], 'a', ['b']],
    [['a', 'b'], ['a,b'], []],
    [['a', 'b'], null, ['a', 'b']],
  ])('that are missing of %j, where %j is granted, are %j', (wanted, granted, missing) => {
    expect(missingScopes(wanted, granted)).toEqual(missing);
  });
});
