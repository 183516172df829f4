/** A value made when it is first asked for. A failure is not kept: the next who asks tries again. */
export class Lazy<T> {
  readonly #make: () => Promise<T>;
  #made: Promise<T> | null = null;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** What was made, or is being made; null before the first call. */
  get made(): Promise<T> | null {
    return this.#made;
  }

  get(): Promise<T> {
    if (this.#made !== null) return this.#made;
    const making = this.#make();
    this.#made = making;
    making.catch(() => {
      if (this.#made === making) this.#made = null;
    });
    return making;
  }
}
