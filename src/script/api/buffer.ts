import { bytesOfHex, encodingOf, hexOf, hexOfText, isEncoding, textOfHex } from './bytes.ts';
import type { Host } from './host.ts';
import { unsupported } from './values.ts';

const NUMBERS = ['UInt', 'Int', 'BigInt', 'BigUInt', 'Float', 'Double'].flatMap((kind) =>
  ['', '8', '16', '32', '64'].flatMap((size) => ['', 'LE', 'BE'].map((order) => `${kind}${size}${order}`)),
);
/** Members of Node's buffers that Keyturn does not offer. */
const REFUSED = [
  ...['write', 'copy', 'compare', 'swap16', 'swap32', 'swap64'],
  ...NUMBERS.flatMap((number) => [`read${number}`, `write${number}`]),
];
const REFUSED_STATIC = ['compare', 'transcode', 'copyBytesFrom', 'allocUnsafeSlow'];
/** Of these the ones that every array of bytes has take numbers; with a text they would be silently wrong. */
const NUMBERS_ONLY = ['fill', 'includes', 'indexOf', 'lastIndexOf'] as const;

export type BufferClass = ReturnType<typeof bufferClass>;

/** Node's `Buffer`, as far as scripts need it: texts to bytes and back. */
export function bufferClass(host: Host) {
  class Buffer extends Uint8Array<ArrayBuffer> {
    constructor(...parts: readonly unknown[]) {
      if (typeof parts[0] === 'string')
        unsupported('"new Buffer(text)", which is "Buffer.from(text)" today,');
      super(...(parts as [ArrayBuffer, number?, number?]));
    }

    /** Bytes of a text; a copy of bytes or numbers; a view of an ArrayBuffer. */
    static override from(value: unknown, second?: unknown, length?: unknown): Buffer {
      if (typeof value === 'string')
        return Buffer.#of(bytesOfHex(hexOfText(host, value, encodingOf(second))));
      if (value instanceof ArrayBuffer) return new Buffer(value, second, length);
      if (typeof second === 'function') unsupported('"Buffer.from" with a function');
      if (typeof value === 'object' && value !== null) {
        const written = value as {
          readonly type?: unknown;
          readonly data?: unknown;
          readonly length?: unknown;
        };
        // What `toJSON` made of one.
        if (written.type === 'Buffer' && Array.isArray(written.data)) return Buffer.from(written.data);
        if (typeof written.length === 'number')
          return Buffer.#of(Uint8Array.from(value as ArrayLike<number>));
      }
      throw new TypeError('Buffer.from: the value must be a text, an array, a Buffer or an ArrayBuffer.');
    }

    static alloc(size: unknown, fill?: unknown, encoding?: unknown): Buffer {
      const made = new Buffer(Number(size));
      if (typeof fill === 'number') made.fill(fill);
      if (typeof fill === 'string' || fill instanceof Uint8Array) {
        const pattern = typeof fill === 'string' ? Buffer.from(fill, encoding) : fill;
        if (pattern.length > 0) made.set(made.map((_, index) => pattern[index % pattern.length] ?? 0));
      }
      return made;
    }

    static allocUnsafe(size: unknown): Buffer {
      return Buffer.alloc(size);
    }

    static concat(list: unknown, length?: unknown): Buffer {
      if (!Array.isArray(list) || !list.every((part) => part instanceof Uint8Array))
        throw new TypeError('Buffer.concat: the list must be an array of Buffers.');
      const parts = list as readonly Uint8Array[];
      const made = Buffer.alloc(length ?? parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        // Only a length that was asked for can be too small.
        made.set(part.subarray(0, made.length - at), at);
        at = Math.min(at + part.length, made.length);
      }
      return made;
    }

    static isBuffer(value: unknown): boolean {
      return value instanceof Buffer;
    }

    static isEncoding(name: unknown): boolean {
      return typeof name === 'string' && isEncoding(name);
    }

    static byteLength(value: unknown, encoding?: unknown): number {
      return value instanceof ArrayBuffer || ArrayBuffer.isView(value)
        ? value.byteLength
        : Buffer.from(value, encoding).length;
    }

    static #of(bytes: Uint8Array<ArrayBuffer>): Buffer {
      return new Buffer(bytes.buffer, bytes.byteOffset, bytes.length);
    }

    override toString(encoding?: unknown, start?: unknown, end?: unknown): string {
      const form = encodingOf(encoding);
      const part = this.subarray(Number(start ?? 0), end === undefined ? undefined : Number(end));
      return textOfHex(host, hexOf(part), form);
    }

    /** A view, as in Node: not a copy, as of other arrays of bytes. */
    override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      return this.subarray(start, end);
    }

    equals(other: unknown): boolean {
      if (!(other instanceof Uint8Array)) throw new TypeError('equals: the other must be a Buffer.');
      return this.length === other.length && this.every((byte, index) => byte === other[index]);
    }

    toJSON(): object {
      return { type: 'Buffer', data: Array.from(this) };
    }
  }
  const members = Buffer.prototype;
  for (const name of NUMBERS_ONLY) {
    const plain = Reflect.get(members, name) as (...values: unknown[]) => unknown;
    hide(members, name, function (this: unknown, ...values: unknown[]) {
      return typeof values[0] === 'number'
        ? plain.apply(this, values)
        : unsupported(`"Buffer.${name}" of a text`);
    });
  }
  for (const name of REFUSED) hide(members, name, () => unsupported(`"buffer.${name}"`));
  for (const name of REFUSED_STATIC) hide(Buffer, name, () => unsupported(`"Buffer.${name}"`));
  return Buffer;
}

/** Not among the names of an object that `for … in` gives. */
function hide(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
}
