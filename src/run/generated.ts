/**
 * The values of `$guid` and its like in one request. A request that is sent again is the same one: after `rewind` the
 * same values come in the same order.
 */
export class GeneratedValues {
  readonly #values: { readonly expression: string; readonly value: string | null }[] = [];
  #next = 0;

  readonly generate = (expression: string, make: () => string | null): string | null => {
    const known = this.#values[this.#next];
    if (known?.expression === expression) {
      this.#next++;
      return known.value;
    }
    const value = make();
    this.#values[this.#next++] = { expression, value };
    return value;
  };

  rewind(): void {
    this.#next = 0;
  }
}
