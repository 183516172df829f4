/**
 * Checksums that vendors build into their tokens, so that a typing error shows without asking a server. They prove
 * nothing of a token's validity.
 */

const CRC_TABLE = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (IEEE 802.3) of an ASCII string. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc = (CRC_TABLE[(crc ^ text.charCodeAt(at)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function toBase62(value: number): string {
  let digits = '';
  for (let left = value; left > 0; left = Math.floor(left / 62)) digits = BASE62.charAt(left % 62) + digits;
  return digits;
}

/**
 * GitHub and npm: what follows the prefix ends in the CRC-32 of what stands before it, in six base62 digits.
 * @param body the token without its prefix
 */
export function hasBase62Checksum(body: string): boolean {
  return toBase62(crc32(body.slice(0, -6))).padStart(6, '0') === body.slice(-6);
}

/** GitLab's routable tokens: the last seven base36 digits are the CRC-32 of everything before, prefix included. */
export function hasBase36Checksum(token: string): boolean {
  return crc32(token.slice(0, -7)).toString(36).padStart(7, '0') === token.slice(-7);
}
