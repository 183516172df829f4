import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { KeyturnError } from '../base/errors.ts';
import type { BodyFlow, BodyWriter } from './body.ts';

/** Codings that a response may be wrapped in at once; real servers use one, seldom two. */
export const MAX_CODINGS = 5;
/** What a body may unpack to, beyond what is free: this many times what was received. Real text stays under 50. */
const MAX_RATIO = 100;

/** zstd came with Node 22.15. */
const hasZstd = 'createZstdDecompress' in zlib;

/** Value of Accept-Encoding for what `decodedInto` undoes here. */
export const acceptEncoding = hasZstd ? 'gzip, deflate, br, zstd' : 'gzip, deflate, br';

/** The codings of a Content-Encoding header, in the order they were applied. */
export function contentCodings(contentEncoding: string): string[] {
  return contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

export function isKnownCoding(coding: string): boolean {
  return ['gzip', 'x-gzip', 'deflate', 'br'].includes(coding) || (coding === 'zstd' && hasZstd);
}

/** One coding. Nothing is set up before the first byte: an empty body has nothing to undo. */
export class Decoder implements BodyWriter {
  readonly #coding: string;
  readonly #next: BodyWriter;
  readonly #receivedBytes: () => number;
  readonly #freeBytes: number;
  #stream: ZlibStream | null = null;
  #flow: BodyFlow | null = null;
  #unpackedBytes = 0;

  constructor(coding: string, next: BodyWriter, receivedBytes: () => number, freeBytes: number) {
    this.#coding = coding;
    this.#next = next;
    this.#receivedBytes = receivedBytes;
    this.#freeBytes = freeBytes;
  }

  /** What the decoder has worked through, not what merely waits in its buffer. */
  get consumedBytes(): number {
    return this.#stream?.bytesWritten ?? 0;
  }

  start(flow: BodyFlow): void {
    this.#flow = flow;
    this.#next.start({
      resume: () => void this.#stream?.resume(),
      finish: () => {
        this.destroy();
        flow.finish();
      },
      done: () => flow.done(),
      fail: (error) => this.#fail(error),
    });
  }

  write(chunk: Uint8Array): boolean {
    if (this.#flow === null || chunk.byteLength === 0) return true;
    this.#stream ??= this.#open(chunk);
    return this.#stream.write(chunk);
  }

  end(): void {
    if (this.#stream === null) this.#next.end();
    else this.#stream.end();
  }

  cut(done: () => void): void {
    const stream = this.#stream;
    this.#flow = null;
    if (stream === null || stream.destroyed) {
      this.#next.cut(done);
      return;
    }
    let passed = false;
    const pass = (): void => {
      if (passed) return;
      passed = true;
      stream.destroy();
      this.#next.cut(done);
    };
    stream.removeAllListeners('data').on('data', (chunk: Buffer) => this.#next.write(chunk));
    stream.once('error', pass).once('end', pass);
    // What was fed in before has come out when this is called, or waits to be read.
    stream.flush(() => {
      const whenRead = (): void => {
        if (stream.readableLength === 0) pass();
        else stream.once('data', () => setImmediate(whenRead));
      };
      setImmediate(whenRead);
    });
  }

  destroy(): void {
    this.#flow = null;
    this.#stream?.destroy();
    this.#next.destroy();
  }

  #open(first: Uint8Array): ZlibStream {
    const stream = createDecoder(this.#coding, first);
    stream.on('data', (chunk: Buffer) => {
      if (this.#flow === null) return;
      this.#unpackedBytes += chunk.byteLength;
      if (this.#unpackedBytes > this.#freeBytes && this.#unpackedBytes > this.#receivedBytes() * MAX_RATIO) {
        this.#fail(tooMuch());
      } else if (!this.#next.write(chunk)) {
        stream.pause();
      }
    });
    stream.on('drain', () => this.#flow?.resume());
    stream.on('end', () => {
      if (this.#flow !== null) this.#next.end();
    });
    stream.on('error', (cause) => {
      this.#fail(
        new KeyturnError(
          'decompression_failed',
          `The body of the response is not valid ${this.#coding} data.`,
          {
            cause,
            hint: 'Send the request with `Accept-Encoding: identity` to get the body uncompressed.',
          },
        ),
      );
    });
    return stream;
  }

  #fail(error: KeyturnError): void {
    const flow = this.#flow;
    if (flow === null) return;
    this.#flow = null;
    this.#stream?.destroy();
    flow.fail(error);
  }
}

type ZlibStream = Transform & { readonly bytesWritten: number; flush(callback: () => void): void };

const CHUNK_BYTES = 64 * 1024;

function createDecoder(coding: string, first: Uint8Array): ZlibStream {
  const options = { chunkSize: CHUNK_BYTES };
  switch (coding) {
    case 'br':
      return zlib.createBrotliDecompress(options);
    case 'zstd':
      return zlib.createZstdDecompress(options);
    case 'deflate':
      // "deflate" means zlib (RFC 9110 section 8.4.1.2), but some servers send it without the zlib header.
      return ((first[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate(options) : zlib.createInflateRaw(options);
    default:
      return zlib.createGunzip(options);
  }
}

export function tooManyCodings(count: number): KeyturnError {
  return new KeyturnError(
    'decompression_limit',
    `The body of the response is compressed ${count} times over; at most ${MAX_CODINGS} are undone.`,
  );
}

function tooMuch(): KeyturnError {
  return new KeyturnError(
    'decompression_limit',
    `The body of the response unpacks to more than ${MAX_RATIO} times its size, as a decompression bomb does. Keyturn stopped reading it.`,
    { hint: 'Send the request with `Accept-Encoding: identity` to get the body uncompressed.' },
  );
}
