/** Gathers the keys that changed and tells them together, once what is running has finished. */
export class Changes {
  readonly #listeners = new Set<(keys: ReadonlySet<string>) => void>();
  #pending: Set<string> | null = null;

  add(key: string): void {
    if (this.#pending === null) {
      this.#pending = new Set();
      queueMicrotask(() => this.#tell());
    }
    this.#pending.add(key);
  }

  listen(listener: (keys: ReadonlySet<string>) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  clear(): void {
    this.#listeners.clear();
  }

  #tell(): void {
    const keys = this.#pending;
    this.#pending = null;
    if (keys !== null) for (const listener of [...this.#listeners]) listener(keys);
  }
}
