import { describe, expect, it } from 'vitest';
import { withoutLinks } from '../../src/editor/platform/noticeText.ts';

describe('a text from outside in a notification', () => {
  it.each([
    ['[here](command:workbench.action.quit)', '[here] (command:workbench.action.quit)'],
    ['a [b](https://evil.example "c") [d](file:///x)', 'a [b] (https://evil.example "c") [d] (file:///x)'],
    ['](](](', '] (] (] ('],
  ])('keeps its words and loses its links: %s', (text, shown) => {
    expect(withoutLinks(text)).toBe(shown);
    expect(withoutLinks(shown)).toBe(shown);
  });

  it('is left alone where it holds none', () => {
    const text = 'The server http://[::1]:8080 said: [a] (b), list[0].';
    expect(withoutLinks(text)).toBe(text);
  });
});
