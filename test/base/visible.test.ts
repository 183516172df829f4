import { describe, expect, it } from 'vitest';
import { quoted, visible, visibleJson, visibleLines } from '../../src/base/visible.ts';
import { cpuMs } from '../support/cpuTime.ts';

/** Characters that move the cursor, begin a line, turn the direction of text or look like nothing. */
const UNSEEN = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0xa0),
  0xad,
  0x34f,
  0x61c,
  0x115f,
  0x1160,
  0x17b4,
  0x180e,
  ...range(0x2000, 0x200f),
  ...range(0x2028, 0x202f),
  ...range(0x205f, 0x206f),
  0x2800,
  0x3000,
  0x3164,
  0xd800,
  0xe000,
  0xfe0f,
  0xfeff,
  0xffa0,
  ...range(0xfff9, 0xfffb),
  0x1d173,
  0xe0001,
  0xe0041,
  0xe0100,
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

const text = String.fromCodePoint(...UNSEEN.flatMap((code) => [0x61, code]), 0x61);

describe('what is not seen', () => {
  it('is written as its code point on one line', () => {
    expect(visible('a\u202eb\u001b[31m\nc\u{e0041}')).toBe('a\\u{202E}b\\u{1B}[31m\\u{0A}c\\u{E0041}');
    const shown = visible(text);
    expect(shown).toMatch(/^[a-z0-9A-F\\{}]+$/);
    expect(shown.match(/\\u\{/g)).toHaveLength(UNSEEN.length);
  });

  it('leaves letters, signs and spaces of every script as they are', () => {
    const plain = 'Zoë Ωμέγα привет שלום 日本語 é e\u0301 😀 – “x” €5 ∕';
    expect(visible(plain)).toBe(plain);
    expect(visibleLines(plain)).toBe(plain);
  });

  it('stands in quotes whose end no text can write', () => {
    expect(quoted('a"b\n')).toBe('"a\\"b\\n"');
    expect(quoted('C:\\u{202E}')).toBe('"C:\\\\u{202E}"');
    expect(quoted('\u202e')).toBe('"\\u{202E}"');
  });

  it('is written in text of several lines too, but for line ends, tabs and emoji', () => {
    const kept = 'a\r\nb\tc\n👩‍💻 👩🏽‍💻 ❤️ \u00a0';
    expect(visibleLines(kept)).toBe(kept);
    expect(visibleLines('a\rb\u200dc\u0085\u061c\ufe0f')).toBe('a\\u{0D}b\\u{200D}c\\u{85}\\u{61C}\\u{FE0F}');
  });

  it('is escaped in JSON, whose value stays the same', () => {
    const value = { [text]: [text, 1, null], more: { text: 'é😀❤️' } };
    for (const space of [undefined, 2]) {
      const json = visibleJson(value, undefined, space);
      expect(json).not.toMatch(/(?![\n ])[\p{C}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}]/u);
      expect(JSON.parse(json)).toEqual(value);
    }
  });

  it('takes time in proportion to the text', () => {
    const started = cpuMs();
    for (const unit of ['\u202e', '❤️', '\ud83d', '👩‍', ' \r']) {
      const long = unit.repeat(50_000);
      visible(long);
      visibleLines(long);
    }
    expect(cpuMs() - started).toBeLessThan(5000);
  });
});
