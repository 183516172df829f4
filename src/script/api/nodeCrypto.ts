import type { BufferClass } from './buffer.ts';
import { bytesOfHex, encodingOf, hexOf, hexOfText, textOfHex } from './bytes.ts';
import { type Digest, DIGESTS, type Host } from './host.ts';
import { uuid } from './random.ts';
import { shown, unsupported } from './values.ts';

/** Of `randomInt`: Node allows no wider range either. */
const RANDOM_BYTES = 6;
const RANDOM_VALUES = 2 ** (RANDOM_BYTES * 8);

/** The hashes, HMACs and random values of Node's `crypto`; what else it has is refused by name. */
export function nodeCrypto(host: Host, Buffer: BufferClass): object {
  const bufferOf = (hex: string) => Buffer.from(bytesOfHex(hex));
  const hash = (name: unknown, key?: string) => new Hash(host, digestOf(name), key, bufferOf);
  const offered = {
    createHash: (name: unknown, options?: unknown) => {
      if (options !== undefined) unsupported('options of "crypto.createHash"');
      return hash(name);
    },
    createHmac: (name: unknown, key: unknown, options?: unknown) => {
      if (options !== undefined) unsupported('options of "crypto.createHmac"');
      return hash(name, hexOfData(host, key, undefined, 'The key'));
    },
    randomBytes: (count: unknown, callback?: unknown) => {
      if (callback !== undefined) unsupported('"crypto.randomBytes" with a function');
      return bufferOf(host.random(String(count)));
    },
    randomUUID: () => uuid(host),
    randomInt: (first: unknown, second?: unknown, callback?: unknown) => {
      if (typeof second === 'function' || callback !== undefined) {
        unsupported('"crypto.randomInt" with a function');
      }
      return second === undefined ? randomInt(host, 0, first) : randomInt(host, first, second);
    },
  };
  return new Proxy(offered, {
    get: (target, name, receiver) => {
      // What `await` and JSON ask of any object.
      const isKnown = typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON';
      return isKnown ? (Reflect.get(target, name, receiver) as unknown) : unsupported(`"crypto.${name}"`);
    },
  });
}

class Hash {
  readonly #host: Host;
  readonly #digest: Digest;
  /** In hex; without one it is no HMAC. */
  readonly #key: string | undefined;
  readonly #bufferOf: (hex: string) => object;
  /** In hex; null once the digest is made. */
  #data: string | null = '';

  constructor(host: Host, digest: Digest, key: string | undefined, bufferOf: (hex: string) => object) {
    this.#host = host;
    this.#digest = digest;
    this.#key = key;
    this.#bufferOf = bufferOf;
  }

  update(data: unknown, encoding?: unknown): this {
    this.#data = this.#open() + hexOfData(this.#host, data, encoding, 'The data');
    return this;
  }

  /** A Buffer, or a text in this encoding. */
  digest(encoding?: unknown): unknown {
    const data = this.#open();
    const hex =
      this.#key === undefined
        ? this.#host.digest(this.#digest, data, 'hex')
        : this.#host.digest(this.#digest, data, 'hex', this.#key, 'hex');
    const isBuffer = encoding === undefined || encoding === null || encoding === 'buffer';
    const made = isBuffer ? this.#bufferOf(hex) : textOfHex(this.#host, hex, encodingOf(encoding));
    this.#data = null;
    return made;
  }

  copy(): never {
    return unsupported('"copy" of a hash');
  }

  #open(): string {
    if (this.#data === null) throw new Error('Digest already called');
    return this.#data;
  }
}

function digestOf(name: unknown): Digest {
  const wanted = shown(name).toLowerCase().replace(/^rsa-/, '').replace(/^sha-/, 'sha');
  return DIGESTS.find((known) => known === wanted) ?? unsupported(`the hash "${shown(name)}"`);
}

function hexOfData(host: Host, data: unknown, encoding: unknown, what: string): string {
  if (typeof data === 'string') return hexOfText(host, data, encodingOf(encoding));
  if (data instanceof ArrayBuffer) return hexOf(new Uint8Array(data));
  if (ArrayBuffer.isView(data)) return hexOf(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  throw new TypeError(`${what} must be a text or a Buffer, not ${data === null ? 'null' : typeof data}.`);
}

/** @throws RangeError as Node does: `min` is below `max`, both whole, at most 2^48 apart. */
function randomInt(host: Host, min: unknown, max: unknown): number {
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max))
    throw new TypeError('crypto.randomInt: min and max must be whole numbers.');
  const range = Number(max) - Number(min);
  if (range <= 0 || range >= RANDOM_VALUES)
    throw new RangeError('crypto.randomInt: max must be above min, by less than 2^48.');
  // Values beyond the last whole range would make the first ones likelier.
  const end = RANDOM_VALUES - (RANDOM_VALUES % range);
  for (;;) {
    const drawn = Number.parseInt(host.random(String(RANDOM_BYTES)), 16);
    if (drawn < end) return Number(min) + (drawn % range);
  }
}
