import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import type { BodySink } from './message.ts';

/** What a writer tells the one that feeds it. */
export interface BodyFlow {
  /** Go on after `write` said no. */
  resume(): void;
  /** Nothing more is wanted: stop reading. */
  finish(): void;
  /** Everything is written, after `end`. */
  done(): void;
  fail(error: KeyturnError): void;
}

/** A place that a response's body is written to, chunk after chunk. */
export interface BodyWriter {
  /** Called once, before the first `write`. */
  start(flow: BodyFlow): void;
  /** False: write no more until `resume`. */
  write(chunk: Uint8Array): boolean;
  /** After the last chunk. */
  end(): void;
  /** The response broke off: writes out what has come so far, then calls back. Nothing is told to the flow any more. */
  cut(done: () => void): void;
  /** The response is no longer wanted: stop at once. Harmless after `end`. */
  destroy(): void;
}

/** Where a body arrives in the end. */
export interface BodyTarget extends BodyWriter {
  /** Whether what was written so far can be taken back. */
  readonly restartable: boolean;
  /** Begins anew, with nothing written; only where it is restartable. */
  restart(flow: BodyFlow): void;
}

/** Keeps a body in memory, up to a limit. */
export class MemoryWriter implements BodyTarget {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #flow: BodyFlow | null = null;
  sizeBytes = 0;
  truncated = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  start(flow: BodyFlow): void {
    this.#flow = flow;
  }

  write(chunk: Uint8Array): boolean {
    if (this.truncated) return true;
    const room = this.#maxBytes - this.sizeBytes;
    if (chunk.byteLength <= room) {
      this.#chunks.push(chunk);
      this.sizeBytes += chunk.byteLength;
      return true;
    }
    if (room > 0) this.#chunks.push(chunk.subarray(0, room));
    this.sizeBytes += Math.max(0, room);
    this.truncated = true;
    this.#flow?.finish();
    return true;
  }

  end(): void {
    this.#flow?.done();
  }

  readonly restartable = true;

  restart(flow: BodyFlow): void {
    this.#chunks.length = 0;
    this.sizeBytes = 0;
    this.truncated = false;
    this.start(flow);
  }

  cut(done: () => void): void {
    done();
  }

  destroy(): void {
    // Nothing is open.
  }

  bytes(): Uint8Array {
    const [only] = this.#chunks;
    if (only === undefined) return new Uint8Array(0);
    return this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks, this.sizeBytes);
  }
}

/** Hands a body on to a sink, one chunk at a time, and asks for no more while it is behind. */
export class SinkWriter implements BodyTarget {
  readonly #sink: BodySink;
  readonly #waiting: Uint8Array[] = [];
  #flow: BodyFlow | null = null;
  #writing: Promise<void> | null = null;
  #ended = false;
  #closed = false;
  sizeBytes = 0;

  constructor(sink: BodySink) {
    this.#sink = sink;
  }

  start(flow: BodyFlow): void {
    this.#flow = flow;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#closed) return true;
    this.#waiting.push(chunk);
    this.sizeBytes += chunk.byteLength;
    this.#writing ??= this.#drain();
    return false;
  }

  end(): void {
    this.#ended = true;
    if (this.#writing === null) this.#flow?.done();
  }

  /** What is on its way to the sink does not come back. */
  get restartable(): boolean {
    return this.sizeBytes === 0;
  }

  restart(flow: BodyFlow): void {
    this.start(flow);
  }

  cut(done: () => void): void {
    this.#flow = null;
    if (this.#writing === null) done();
    else void this.#writing.then(done);
  }

  destroy(): void {
    this.#waiting.length = 0;
    this.#flow = null;
  }

  /** Closes the sink, whatever became of the body; waits for a write that is still going on. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    try {
      await this.#sink.close();
    } catch (error) {
      throw notSaved(error);
    }
  }

  async #drain(): Promise<void> {
    try {
      for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
        await this.#sink.write(chunk);
      }
    } catch (error) {
      this.#writing = null;
      this.#waiting.length = 0;
      this.#flow?.fail(notSaved(error));
      return;
    }
    this.#writing = null;
    if (this.#ended) this.#flow?.done();
    else this.#flow?.resume();
  }
}

/** Writes a body that was kept in memory, and closes the sink. */
export async function saveBody(sink: BodySink, body: Uint8Array): Promise<void> {
  try {
    if (body.byteLength > 0) await sink.write(body);
  } catch (error) {
    await closeQuietly(sink);
    throw notSaved(error);
  }
  await sink.close().catch((error: unknown) => {
    throw notSaved(error);
  });
}

/** For the way out after a failure, which is what matters. */
export async function closeQuietly(sink: Pick<BodySink, 'close'>): Promise<void> {
  try {
    await sink.close();
  } catch {
    // The failure that led here is being told.
  }
}

/** Reads an unwanted body, as far as that is cheaper than a new connection. */
export class DiscardWriter implements BodyTarget {
  #left = 64 * 1024;
  #flow: BodyFlow | null = null;

  start(flow: BodyFlow): void {
    this.#flow = flow;
  }

  write(chunk: Uint8Array): boolean {
    this.#left -= chunk.byteLength;
    if (this.#left < 0) this.#flow?.finish();
    return true;
  }

  end(): void {
    this.#flow?.done();
  }

  readonly restartable = true;

  restart(flow: BodyFlow): void {
    this.start(flow);
  }

  cut(done: () => void): void {
    done();
  }

  destroy(): void {
    // Nothing is open.
  }
}

function notSaved(error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error;
  const known = asKeyturnError(error);
  return new KeyturnError(known.code, "Couldn't save the body of the response.", {
    cause: error,
    hint: 'Check that you may write to the file, and the free disk space.',
  });
}
