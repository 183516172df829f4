import { describe, expect, it } from 'vitest';
import { shownAddress, shownAddresses, unshown } from '../../src/profile/shownOrigin.ts';

describe('an origin as a person is shown it', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://*.example.com', 'https://*.example.com'],
    ['http://127.0.0.1:*', 'http://127.0.0.1:*'],
    ['https://id.example.com/token?a=b', 'https://id.example.com/token?a=b'],
    // Cyrillic і, and signs that look like a slash.
    [
      'https://ap\u0456.example.com',
      'https://xn--ap-ioc.example.com (written "https://ap\u0456.example.com")',
    ],
    [
      'https://*.ap\u0456.example.com',
      'https://*.xn--ap-ioc.example.com (written "https://*.ap\u0456.example.com")',
    ],
    [
      'https://ap\u0456.example.com/t',
      'https://xn--ap-ioc.example.com/t (written "https://ap\u0456.example.com/t")',
    ],
    ['HTTPS://API.example.com', 'https://api.example.com (written "HTTPS://API.example.com")'],
    ['no address\u202e', '"no address\\u{202E}"'],
  ])('%j', (text, shown) => {
    expect(shownAddress(text)).toBe(shown);
  });

  it('shows what a browser would look up for names that look like others', () => {
    for (const sign of ['\u2215', '\u2044', '\u29f8', '\u0338']) {
      const shown = shownAddress(`https://api.example.com${sign}.evil.example`);
      expect(shown).toMatch(/^https:\/\/api\.example\.xn--[a-z0-9-]+\.evil\.example \(written "|^"/);
    }
  });

  it('counts what is more than a person reads, and can show it all', () => {
    const many = Array.from({ length: 22 }, (_, at) => `https://a${at}.example.com`);
    expect(shownAddresses(many.slice(0, 3))).toBe(
      'https://a0.example.com, https://a1.example.com, https://a2.example.com',
    );
    expect(shownAddresses(many)).toMatch(
      /^https:\/\/a0\.example\.com, .*https:\/\/a9\.example\.com and 12 more$/,
    );
    expect(unshown(many)).toEqual(many);
    expect(unshown(many.slice(0, 11))).toBeNull();
  });

  it('cuts what was written, never the name that is looked up', () => {
    const shown = shownAddress(`https://EXAMPLE.com/${'x'.repeat(500)}`);
    expect(shown.startsWith(`https://example.com/${'x'.repeat(500)} (written "`)).toBe(true);
    expect(shown).toHaveLength(654);
  });
});
