import type { Digest, Host, TextForm } from './host.ts';
import { unsupported } from './values.ts';

interface Encoder {
  stringify(words: Words): string;
  parse(text: unknown): Words;
}

/** What crypto-js calls a WordArray: bytes, here in hex. */
class Words {
  readonly #hex: string;
  readonly #encoder: Encoder;

  constructor(hex: string, encoder: Encoder) {
    this.#hex = hex;
    this.#encoder = encoder;
  }

  get hex(): string {
    return this.#hex;
  }

  get sigBytes(): number {
    return this.#hex.length / 2;
  }

  toString(encoder?: Encoder): string {
    return (encoder ?? this.#encoder).stringify(this);
  }
}

const DIGESTS: readonly (readonly [name: string, digest: Digest])[] = [
  ['MD5', 'md5'],
  ['SHA1', 'sha1'],
  ['SHA224', 'sha224'],
  ['SHA256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA512', 'sha512'],
  ['RIPEMD160', 'ripemd160'],
];
/** Ciphers and the like, which would want another kind of care. */
const REFUSED = ['AES', 'DES', 'TripleDES', 'RC4', 'Rabbit', 'Blowfish', 'PBKDF2', 'EvpKDF', 'SHA3'];

/** The hashes, HMACs and encodings of crypto-js. */
export function cryptoJs(host: Host): Readonly<Record<string, unknown>> {
  const encoder = (form: TextForm): Encoder => ({
    stringify: (words) => (form === 'hex' ? words.hex : host.convert(words.hex, 'hex', form)),
    parse: (text) => new Words(host.convert(String(text), form, 'hex'), hex),
  });
  const hex: Encoder = encoder('hex');
  const bytes = (value: unknown): [string, TextForm] =>
    value instanceof Words ? [value.hex, 'hex'] : [String(value), 'utf8'];
  const made = DIGESTS.flatMap(([name, digest]): [string, unknown][] => [
    [name, (data: unknown) => new Words(host.digest(digest, ...bytes(data)), hex)],
    [
      `Hmac${name}`,
      (data: unknown, key: unknown) => new Words(host.digest(digest, ...bytes(data), ...bytes(key)), hex),
    ],
  ]);
  const refused = REFUSED.map((name): [string, unknown] => [name, refusal(name)]);
  return {
    ...Object.fromEntries(made),
    ...Object.fromEntries(refused),
    enc: {
      Hex: hex,
      Base64: encoder('base64'),
      Base64url: encoder('base64url'),
      Utf8: encoder('utf8'),
      Latin1: encoder('latin1'),
    },
    lib: { WordArray: { random: (count: unknown) => new Words(host.random(String(count)), hex) } },
  };
}

/** `CryptoJS.AES.encrypt(…)` and `CryptoJS.PBKDF2(…)` alike. */
function refusal(name: string): unknown {
  const refuse = () => unsupported(`"CryptoJS.${name}"`);
  return Object.assign(refuse, { encrypt: refuse, decrypt: refuse });
}
