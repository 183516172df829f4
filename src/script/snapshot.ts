/**
 * The memory of a WebAssembly module at rest, to be put back. All that the module knows is in there, but for its stack
 * pointer, which is the same whenever the module is at rest.
 */
export class Snapshot {
  readonly #memory: WebAssembly.Memory;
  readonly #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    // Most of it was never used.
    const words = new BigUint64Array(memory.buffer);
    let used = words.length;
    while (used > 0 && words[used - 1] === 0n) used--;
    this.#bytes = new Uint8Array(memory.buffer, 0, used * 8).slice();
  }

  /** The memory may have grown meanwhile. What lies beyond is free again, and not read before it is written. */
  restore(): void {
    new Uint8Array(this.#memory.buffer).set(this.#bytes);
  }
}
