import type { Host } from './host.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MOST_CHARACTERS = 10_000;

export function uuid(host: Host): string {
  const hex = host.random('16');
  const variant = '89ab'[parseInt(hex.charAt(16), 16) & 3] ?? '8';
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** `Math.random`, from a seed of the host's (the generator of Chris Doty-Humphrey's small fast counting family). */
export function randomNumbers(host: Host): () => number {
  let words: [number, number, number, number] | null = null;
  return () => {
    if (words === null) {
      const seed = host.random('16');
      const word = (index: number) => parseInt(seed.slice(index * 8, index * 8 + 8), 16) | 0;
      words = [word(0), word(1), word(2), word(3)];
    }
    const [a, b, c, counter] = words;
    const sum = (a + b + counter) | 0;
    words = [b ^ (b >>> 9), (c + (c << 3)) | 0, (((c << 21) | (c >>> 11)) + sum) | 0, (counter + 1) | 0];
    return (sum >>> 0) / 4_294_967_296;
  };
}

/** JetBrains' `$random`. */
export function randomValues(host: Host): object {
  const below = (end: number) => Math.floor(Math.random() * end);
  const text = (alphabet: string, length: unknown) => {
    const count = Math.min(Math.max(Number(length) || 0, 0), MOST_CHARACTERS);
    return Array.from({ length: count }, () => alphabet.charAt(below(alphabet.length))).join('');
  };
  const word = () => text(LETTERS.slice(0, 26), 8);
  return {
    get uuid() {
      return uuid(host);
    },
    get email() {
      return `${word()}@example.com`;
    },
    integer: (from: unknown = 0, to: unknown = 1000) => Number(from) + below(Number(to) - Number(from)),
    float: (from: unknown = 0, to: unknown = 1000) =>
      Number(from) + Math.random() * (Number(to) - Number(from)),
    alphabetic: (length: unknown) => text(LETTERS, length),
    alphanumeric: (length: unknown) => text(`${LETTERS}0123456789_`, length),
    hexadecimal: (length: unknown) => text('0123456789abcdef', length),
  };
}
