import { describe, expect, test } from 'vitest';
import { splitTemplate, tokenNameOf, tokenNamesIn } from '../../../src/httpfile/resolve/template.ts';

function shape(raw: string) {
  return splitTemplate(raw).map((part) => (part.kind === 'literal' ? part.text : { of: part.text }));
}

describe('splitting at braces', () => {
  test.each([
    ['', []],
    ['plain', ['plain']],
    ['{{a}}', [{ of: 'a' }]],
    ['x{{ a b }}y{{c}}', ['x', { of: 'a b' }, 'y', { of: 'c' }]],
    ['{{{x}}}', ['{', { of: 'x' }, '}']],
    ['{"a":{"b":{{c}}}}', ['{"a":{"b":', { of: 'c' }, '}}']],
    ['{{ open', ['{{ open']],
    ['close }}', ['close }}']],
    ['{{a\nb}}', ['{{a\nb}}']],
    ['{{a\n{{b}}', ['{{a\n', { of: 'b' }]],
    ['{{}}', [{ of: '' }]],
  ])('%j', (raw, expected) => {
    expect(shape(raw)).toEqual(expected);
  });

  test('offsets and lengths lead back to the text', () => {
    const raw = 'ab{{ c }}{{d}}e';
    const parts = splitTemplate(raw);
    expect(parts.map(({ offset }) => offset)).toEqual([0, 2, 9, 14]);
    expect(parts[1]).toMatchObject({ length: 7 });
  });
});

test('token names', () => {
  expect(tokenNameOf('$token viewer')).toBe('viewer');
  expect(tokenNameOf('$token')).toBe('');
  expect(tokenNameOf('$tokens viewer')).toBeNull();
  expect(tokenNamesIn('Bearer {{$token viewer}} {{ $token  admin }} {{$guid}} {{$token}}')).toEqual([
    'viewer',
    'admin',
  ]);
  expect(tokenNamesIn('$token viewer')).toEqual([]);
});
