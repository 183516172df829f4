import { describe, expect, it } from 'vitest';
import { maskUnknown } from '../../src/redaction/maskUnknown.ts';

describe('text of unknown origin', () => {
  it.each([
    ['refused: ghp_0123456789abcdef', 'refused: •••'],
    // Slashes cut it into pieces that are short, or hold no digit.
    ['refused: secret1+ab/cdefghijkl/mnop/~', 'refused: •••'],
    ['refused: secret1+abc/cdefghijklmnopqr/~', 'refused: •••'],
  ])('keeps no secret: %s', (text, masked) => {
    expect(maskUnknown(text)).toBe(masked);
  });

  it.each([
    'no such file: /usr/share/keyturn/tool.mjs',
    'GET https://api.example.com/v1/a+b/reports failed',
    'Node.js v24.21.0',
  ])('stays readable: %s', (text) => {
    expect(maskUnknown(text)).toBe(text);
  });
});
