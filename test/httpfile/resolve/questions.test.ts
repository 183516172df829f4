import { describe, expect, test } from 'vitest';
import { parseLoop } from '../../../src/httpfile/directives/loop.ts';
import { parseSpacing } from '../../../src/httpfile/directives/waits.ts';
import { inlineQuestion, promptsIn } from '../../../src/httpfile/resolve/questions.ts';
import { cpuMs } from '../../support/cpuTime.ts';

const span = { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };

describe('what a file asks for', () => {
  test.each([
    ['$input Your password?', true],
    ['$input  Enter the API token: ', true],
    ['$password anything', true],
    ['$input Your name', false],
    ['$input Number of tokens to skip', false],
  ])('%s: secret %s', (expression, masked) => {
    expect(inlineQuestion(expression)?.masked).toBe(masked);
  });

  test.each(['$inputs x', '$pickone', 'input x', '$prompt$', '$input x $other: y'])(
    '%s is no question',
    (text) => {
      expect(inlineQuestion(text)).toBeNull();
    },
  );

  test('a prompt without a name asks for nothing', () => {
    expect(promptsIn([{ key: 'prompt', value: '  ', span }])).toEqual([]);
  });

  test.each<[string, (long: string) => unknown]>([
    ['blanks before a dollar', (long) => inlineQuestion(`$input${long}$x`)],
    ['punctuation', (long) => inlineQuestion(`$input ${'.'.repeat(long.length)}a`)],
    ['blanks of a prompt', (long) => promptsIn([{ key: 'prompt', value: `a${long}b`, span }])],
    ['blanks of a loop', (long) => parseLoop(`for${long}a${long}of${long}`)],
    ['words of a rate', (long) => parseSpacing(`slot${long}: ${long}`)],
  ])('%s are read in linear time', (_name, read) => {
    const long = ' '.repeat(200_000);
    const before = cpuMs();
    read(long);
    expect(cpuMs() - before).toBeLessThan(3_000);
  });
});
