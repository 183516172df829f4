import { KeyturnError } from '../base/errors.ts';
import type { BodyFlow, BodyWriter } from './body.ts';
import type { Cancellation } from './cancellation.ts';
import { errorCode } from './errorCode.ts';
import { exchangeFailure, type Place } from './failure.ts';
import { readHeaders } from './headers.ts';
import type { HeaderList } from './message.ts';
import type { Slot } from './pool.ts';
import {
  responseMinorVersion,
  type DispatchController,
  type DispatchHandler,
  type DispatchOptions,
} from './undiciCore.ts';

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: '1.0' | '1.1' | '2';
  readonly headers: HeaderList;
  readonly receivedAtMs: number;
}

/** What became of one request on one connection; times from `performance.now()`. */
export interface Exchanged {
  readonly head: ResponseHead;
  /** Why the body is not whole; null where it is. */
  readonly fault: KeyturnError | null;
  readonly firstByteAt: number;
  readonly endedAt: number;
}

export interface ExchangeInput {
  readonly slot: Slot;
  /** Whether this is the connection's first request. */
  readonly fresh: boolean;
  readonly options: DispatchOptions;
  readonly place: Place;
  readonly cancellation: Cancellation;
  /** Where the body goes, now that the head is known. */
  writerFor(head: ResponseHead): BodyWriter;
  /** The connection is free again, or broken; called once. */
  release(): void;
}

/** Fails an exchange that may be sent again on another connection, since the server cannot have acted on it. */
export class UnsentError extends Error {
  override readonly name = 'UnsentError';
}

/**
 * Sends one request on an open connection and reads its response. A body that fails is told beside its head.
 * Fails with a KeyturnError where there is no head or the request was cancelled, and with UnsentError when a kept
 * connection had been closed by the server meanwhile.
 */
export function exchange(input: ExchangeInput): Promise<Exchanged> {
  return new Promise((resolve, reject) => new Exchange(input, resolve, reject).start());
}

class Exchange implements DispatchHandler, BodyFlow {
  readonly #input: ExchangeInput;
  readonly #resolve: (exchanged: Exchanged) => void;
  readonly #reject: (error: Error) => void;
  #forget: (() => void) | null = null;
  #controller: DispatchController | null = null;
  #head: ResponseHead | null = null;
  #writer: BodyWriter | null = null;
  #receivedBytes = 0;
  #firstByteAt = 0;
  #endedAt = 0;
  #released = false;
  #settled = false;

  constructor(input: ExchangeInput, resolve: (exchanged: Exchanged) => void, reject: (error: Error) => void) {
    this.#input = input;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    this.#forget = this.#input.cancellation.onCancel((error) => this.fail(error));
    const { cancellation, slot, options } = this.#input;
    if (cancellation.error === null) slot.client.dispatch(options, this);
    else this.fail(cancellation.error);
  }

  onRequestStart(controller: DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new KeyturnError('cancelled', 'The request was cancelled.'));
  }

  onResponseStart(controller: DispatchController, status: number, _headers: unknown, statusText = ''): void {
    if (status < 200 || this.#settled) return;
    const { slot } = this.#input;
    slot.answered = true;
    this.#firstByteAt = performance.now();
    this.#head = {
      status,
      statusText,
      httpVersion: slot.connection.h2
        ? '2'
        : responseMinorVersion(slot.connection.socket) === 0
          ? '1.0'
          : '1.1',
      headers: readHeaders(controller.rawHeaders),
      receivedAtMs: Date.now(),
    };
    this.#writer = this.#input.writerFor(this.#head);
    this.#writer.start(this);
  }

  onResponseData(controller: DispatchController, chunk: Buffer): void {
    // undici's parser gives an empty chunk whenever it goes on: to pause for it would go round for ever.
    if (this.#settled || this.#writer === null || chunk.byteLength === 0) return;
    this.#receivedBytes += chunk.byteLength;
    if (!this.#writer.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#endedAt = performance.now();
    this.#release();
    if (!this.#settled) this.#writer?.end();
  }

  onResponseError(_controller: DispatchController | null, error: Error): void {
    if (this.#settled) {
      this.#release();
      return;
    }
    const { fresh, place, options, slot } = this.#input;
    const received = this.#head === null ? null : this.#receivedBytes;
    // What a server refuses in TLS it refuses before its first answer, and would refuse again.
    const refused = slot.answered ? null : slot.connection.tlsError();
    if (refused !== null) {
      // undici knows of an alert only that the connection is closed.
      this.fail(exchangeFailure(refused, place, received));
      return;
    }
    const stale = errorCode(error) === 'KEYTURN_STALE_CONNECTION';
    const failure = exchangeFailure(
      error,
      slot.answered ? { ...place, clientCertificate: null } : place,
      received,
    );
    // A request that was on its way when the server closed may have been acted on, so only an idempotent one goes
    // out again (RFC 9110 section 9.2.2).
    const repeatable = stale || this.#controller === null || (!fresh && IDEMPOTENT.has(options.method));
    if (this.#head === null && repeatable && failure.code === 'connection_reset') {
      this.#settle();
      this.#reject(new UnsentError('The kept connection was closed.', { cause: failure }));
    } else {
      this.fail(failure);
    }
  }

  resume(): void {
    this.#controller?.resume();
  }

  finish(): void {
    if (this.#settled || this.#head === null) return;
    this.#endedAt = performance.now();
    const head = this.#head;
    this.#settle();
    this.#stop(new KeyturnError('response_too_large', 'The rest of the response was not read.'));
    this.#resolveWith(head, null);
  }

  done(): void {
    if (this.#settled || this.#head === null) return;
    this.#settle();
    this.#resolveWith(this.#head, null);
  }

  fail(error: KeyturnError): void {
    if (this.#settled) return;
    this.#settle();
    const head = this.#head;
    if (head === null || error.code === 'cancelled') {
      this.#writer?.destroy();
      this.#stop(error);
      this.#reject(error);
      return;
    }
    this.#endedAt ||= performance.now();
    this.#stop(error);
    const resolve = (): void => this.#resolveWith(head, error);
    if (this.#writer === null) resolve();
    else this.#writer.cut(resolve);
  }

  #resolveWith(head: ResponseHead, fault: KeyturnError | null): void {
    this.#resolve({ head, fault, firstByteAt: this.#firstByteAt, endedAt: this.#endedAt });
  }

  #settle(): void {
    this.#settled = true;
    this.#forget?.();
  }

  /** Ends the stream (HTTP/2) or the connection (HTTP/1.1), unless the response has ended already. */
  #stop(error: KeyturnError): void {
    if (this.#controller !== null && !this.#released) this.#controller.abort(error);
    // Not yet sent on HTTP/1.1: nothing else runs on this connection.
    else if (!this.#released && !this.#input.slot.connection.h2) this.#input.slot.connection.socket.destroy();
    this.#release();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#input.release();
  }
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
