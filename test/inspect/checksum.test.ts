import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32, hasBase36Checksum, hasBase62Checksum } from '../../src/inspect/checksum.ts';

describe('checksums', () => {
  test('CRC-32 is that of zlib', () => {
    for (const text of ['', '123456789', 'a'.repeat(1000), 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ']) {
      expect(crc32(text)).toBe(zlibCrc32(text));
    }
    expect(crc32('123456789')).toBe(0xcbf43926);
  });

  test('base62: a published example, and one letter changed', () => {
    expect(hasBase62Checksum('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17')).toBe(true);
    expect(hasBase62Checksum('zQWBuTSOoRi4A9spHcVY5ncnsDkxkK0mLq17')).toBe(false);
  });

  test('base62: short sums are padded from the left', () => {
    // The CRC-32 of the empty string is 0.
    expect(hasBase62Checksum('000000')).toBe(true);
    expect(hasBase62Checksum('')).toBe(false);
  });

  test('base36: over everything before it, prefix included', () => {
    const payload = `glpat-${'a'.repeat(30)}.0u`;
    const sum = zlibCrc32(payload).toString(36).padStart(7, '0');
    expect(hasBase36Checksum(payload + sum)).toBe(true);
    expect(hasBase36Checksum(`${payload.replace('a', 'b')}${sum}`)).toBe(false);
  });
});
