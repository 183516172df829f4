import { describe, expect, it } from 'vitest';
import { shownBody } from '../../../src/terminal/output/shownBody.ts';
import { palette } from '../../../src/terminal/output/streams.ts';
import { cpuMs } from '../../support/cpuTime.ts';

const plain = palette({}, {});
const coloured = palette({ isTTY: true }, {});
const show = (body: string, paint = plain) => shownBody('json', body, paint);

describe('a body at a terminal', () => {
  it('is JSON one member a line, with numbers as they were written', () => {
    expect(show('{"id":174322306148984899,"price":1.10,"tags":["a",null]}')).toEqual({
      text: '{\n  "id": 174322306148984899,\n  "price": 1.10,\n  "tags": [\n    "a",\n    null\n  ]\n}',
      cut: false,
    });
  });

  it('has keys, strings and other values in colours of their own', () => {
    const { text } = show('{"a\\"b": "true 1", "n": [-1.5e3, true, "x\\\\"]}', coloured);
    const cyan = (part: string) => `\u001b[36m${part}\u001b[39m`;
    const green = (part: string) => `\u001b[32m${part}\u001b[39m`;
    const yellow = (part: string) => `\u001b[33m${part}\u001b[39m`;
    expect(text).toBe(
      [
        '{',
        `  ${cyan('"a\\"b"')}: ${green('"true 1"')},`,
        `  ${cyan('"n"')}: [`,
        `    ${yellow('-1.5e3')},`,
        `    ${yellow('true')},`,
        `    ${green('"x\\\\"')}`,
        '  ]',
        '}',
      ].join('\n'),
    );
  });

  it('is shown as it came where it is no valid JSON, or not JSON at all', () => {
    expect(show('{"a":1,').text).toBe('{"a":1,');
    expect(shownBody('text', '{"a":1}', coloured).text).toBe('{"a":1}');
  });

  it('obeys no control characters, before and behind the colours', () => {
    const { text } = show('{"a":"\u009b31mred \u202e"}', coloured);
    expect(text).toContain('\\u{9B}31mred \\u{202E}');
    expect(shownBody('text', 'a\u001b[2Jb\n', plain).text).toBe('a\\u{1B}[2Jb\n');
  });

  it('ends with a whole line where it is long', () => {
    const { text, cut } = show(JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)));
    expect(cut).toBe(true);
    expect(text.length).toBeLessThanOrEqual(100_000);
    expect(text).toMatch(/\n {2}\d+,$/);
  });

  it('is cut where one line is too long, but not within a character', () => {
    const { text, cut } = shownBody('text', `${'x'.repeat(99_999)}😀😀`, plain);
    expect({ cut, end: text.slice(-3), length: text.length }).toEqual({
      cut: true,
      end: 'xxx',
      length: 99_999,
    });
  });

  it('is not slow where it is huge', () => {
    const start = cpuMs();
    expect(show(`[${'"\\\\",'.repeat(1_000_000)}`, coloured).cut).toBe(true);
    expect(cpuMs() - start).toBeLessThan(2000);
  });
});
