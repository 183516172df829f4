/** Zeros of at least this length are the module's stack: all else in a module at rest is much smaller. */
const STACK_BYTES = 1024 * 1024;
/** Left at both ends of the stack, where what lies beside it may be zero too. */
const MARGIN_BYTES = 256 * 1024;

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * The memory of a WebAssembly module at rest, to be put back. All that the module knows is in there, but for its stack
 * pointer, which is the same whenever the module is at rest. What lies on the stack then is not read again, so it stays.
 */
export class Snapshot {
  readonly #memory: WebAssembly.Memory;
  readonly #pieces: readonly Piece[];

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    // Most of it was never used.
    const words = new BigUint64Array(memory.buffer);
    let used = words.length;
    while (used > 0 && words[used - 1] === 0n) used--;
    const end = used * 8;
    const piece = (from: number, to: number): Piece => ({
      offset: from,
      bytes: new Uint8Array(memory.buffer, from, to - from).slice(),
    });
    const stack = longestZeros(words.subarray(0, used));
    this.#pieces =
      stack.to - stack.from < STACK_BYTES
        ? [piece(0, end)]
        : [piece(0, stack.from + MARGIN_BYTES), piece(stack.to - MARGIN_BYTES, end)];
  }

  /** The memory may have grown meanwhile. What lies beyond is free again, and not read before it is written. */
  restore(): void {
    const memory = new Uint8Array(this.#memory.buffer);
    for (const { offset, bytes } of this.#pieces) memory.set(bytes, offset);
  }
}

/** In bytes. */
function longestZeros(words: BigUint64Array): { from: number; to: number } {
  let longest = { from: 0, to: 0 };
  let from = 0;
  for (let at = 0; at <= words.length; at++) {
    if (at < words.length && words[at] === 0n) continue;
    if (at - from > longest.to - longest.from) longest = { from, to: at };
    from = at + 1;
  }
  return { from: longest.from * 8, to: longest.to * 8 };
}
