import type { Exchange, Message } from '../../httpfile/earlier/exchange.ts';

/** Bytes of bodies that a session keeps: enough for what requests refer to, little for an editor. */
const DEFAULT_MAX_KEPT_BYTES = 64_000_000;

/** The last exchange of each named request. The oldest bodies go first where they are more than may be kept. */
export class Exchanges {
  readonly #maxBytes: number;
  /** Oldest first. */
  readonly #kept = new Map<string, Exchange>();
  /** Keys of those that have their bodies still, oldest first. */
  readonly #whole = new Set<string>();
  #bytes = 0;
  #last: Exchange | null = null;

  constructor(maxBytes = DEFAULT_MAX_KEPT_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get all(): IterableIterator<Exchange> {
    return this.#kept.values();
  }

  /** Of any request, named or not. */
  get last(): Exchange | null {
    return this.#last;
  }

  /** Without its bodies where they alone are more than may be kept. */
  keepLast(exchange: Exchange): void {
    this.#last = bytesOf(exchange) > this.#maxBytes ? withoutBodies(exchange) : exchange;
  }

  find(file: string, name: string): Exchange | null {
    return this.#kept.get(keyOf(file, name)) ?? null;
  }

  keep(exchange: Exchange): void {
    const key = keyOf(exchange.file, exchange.name);
    this.#drop(key);
    this.#kept.set(key, exchange);
    this.#whole.add(key);
    this.#bytes += bytesOf(exchange);
    for (const oldest of this.#whole) {
      if (this.#bytes <= this.#maxBytes) break;
      const kept = this.#kept.get(oldest);
      this.#whole.delete(oldest);
      if (kept === undefined) continue;
      this.#bytes -= bytesOf(kept);
      this.#kept.set(oldest, withoutBodies(kept));
    }
  }

  #drop(key: string): void {
    const before = this.#kept.get(key);
    if (before === undefined) return;
    this.#bytes -= bytesOf(before);
    this.#kept.delete(key);
    this.#whole.delete(key);
  }
}

function keyOf(file: string, name: string): string {
  return `${file}\n${name}`;
}

function bytesOf({ request, response }: Exchange): number {
  return (request.body?.byteLength ?? 0) + (response.body?.byteLength ?? 0);
}

function withoutBodies(exchange: Exchange): Exchange {
  const bare = <Part extends Message>(message: Part): Part => ({ ...message, body: null });
  return { ...exchange, request: bare(exchange.request), response: bare(exchange.response) };
}
