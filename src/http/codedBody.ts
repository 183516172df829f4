import { KeyturnError } from '../base/errors.ts';
import type { BodyFlow, BodyTarget, BodyWriter } from './body.ts';
import { contentCodings, Decoder, isKnownCoding, MAX_CODINGS, tooManyCodings } from './decode.ts';

/** A body may always unpack to this much: small bombs do no harm. */
const FREE_BYTES = 16 * 1024 * 1024;
const LEAST_FREE_BYTES = 1024 * 1024;

/**
 * Undoes the codings of Content-Encoding (RFC 9110 section 8.4) on the way to `target`, the last one first. From a
 * coding that is unknown here on, the body stays as it came. Where undoing fails, the target gets the bytes as they
 * came, and the flow fails in the end: `decompression_failed` for broken data, `decompression_limit` when there are
 * more than five codings or a small body unpacks to too much. `maxBytes` is what will be kept of the body.
 */
export function decodedInto(
  contentEncoding: string | null,
  target: BodyTarget,
  maxBytes: number,
): BodyWriter {
  const codings = contentCodings(contentEncoding ?? '');
  if (codings.length > MAX_CODINGS) return new CodedBody(target, maxBytes, tooManyCodings(codings.length));
  const known = codings.slice(codings.findLastIndex((coding) => !isKnownCoding(coding)) + 1);
  return known.length === 0 ? target : new CodedBody(target, maxBytes, known);
}

class CodedBody implements BodyWriter {
  readonly #target: BodyTarget;
  readonly #maxBytes: number;
  #decoder: Decoder | null = null;
  #fault: KeyturnError | null = null;
  /** What came so far, while the target can still be given that instead. */
  #raw: Uint8Array[] = [];
  #rawBytes = 0;
  #flow: BodyFlow | null = null;
  #ended = false;

  constructor(target: BodyTarget, maxBytes: number, todo: readonly string[] | KeyturnError) {
    this.#target = target;
    this.#maxBytes = maxBytes;
    if (todo instanceof KeyturnError) {
      this.#fault = todo;
      return;
    }
    const freeBytes = Math.min(FREE_BYTES, Math.max(LEAST_FREE_BYTES, maxBytes));
    // All stages compare with what came over the network: what the outermost one has taken in.
    const receivedBytes = (): number => this.#decoder?.consumedBytes ?? 0;
    for (const coding of todo) {
      this.#decoder = new Decoder(coding, this.#decoder ?? target, receivedBytes, freeBytes);
    }
  }

  start(flow: BodyFlow): void {
    this.#flow = flow;
    if (this.#fault !== null) this.#target.start(this.#rawFlow(flow, this.#fault));
    else this.#decoder?.start({ ...forwarded(flow), fail: (error) => this.#goOnRaw(flow, error) });
  }

  write(chunk: Uint8Array): boolean {
    if (this.#flow === null) return true;
    if (this.#fault !== null) return this.#target.write(chunk);
    this.#keepRaw(chunk);
    return this.#decoder?.write(chunk) ?? true;
  }

  end(): void {
    this.#ended = true;
    if (this.#fault !== null) this.#target.end();
    else this.#decoder?.end();
  }

  cut(done: () => void): void {
    this.#flow = null;
    if (this.#fault !== null || this.#decoder === null) this.#target.cut(done);
    else this.#decoder.cut(done);
  }

  destroy(): void {
    this.#flow = null;
    this.#raw = [];
    this.#decoder?.destroy();
    this.#target.destroy();
  }

  /** One byte more than the target keeps is enough: it says itself that it is full. */
  #keepRaw(chunk: Uint8Array): void {
    if (!this.#target.restartable) this.#raw = [];
    else if (this.#rawBytes <= this.#maxBytes) {
      this.#raw.push(chunk);
      this.#rawBytes += chunk.byteLength;
    }
  }

  #goOnRaw(flow: BodyFlow, fault: KeyturnError): void {
    const decodes = KeyturnError.is(fault, 'decompression_failed', 'decompression_limit');
    if (!decodes || !this.#target.restartable) {
      flow.fail(fault);
      return;
    }
    this.#fault = fault;
    const raw = this.#raw;
    this.#raw = [];
    this.#decoder?.destroy();
    this.#target.restart(this.#rawFlow(flow, fault));
    for (const chunk of raw) this.#target.write(chunk);
    // A bomb is not read further.
    if (fault.code === 'decompression_limit') flow.fail(fault);
    else if (this.#ended) this.#target.end();
    else flow.resume();
  }

  #rawFlow(flow: BodyFlow, fault: KeyturnError): BodyFlow {
    return { ...forwarded(flow), finish: () => flow.fail(fault), done: () => flow.fail(fault) };
  }
}

function forwarded(flow: BodyFlow): BodyFlow {
  return {
    resume: () => flow.resume(),
    finish: () => flow.finish(),
    done: () => flow.done(),
    fail: (error) => flow.fail(error),
  };
}
