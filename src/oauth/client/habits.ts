/** More clients than one person has. */
const MOST_CLIENTS = 1000;

/** Which of several ways to prove itself a server took from a client: what worked once is tried first. */
export class ClientHabits {
  readonly #taken = new Map<string, string>();

  /** The same ways, the one that was taken first. */
  inOrder<Way extends { readonly name: string }>(client: string, ways: readonly Way[]): readonly Way[] {
    const first = ways.find(({ name }) => name === this.#taken.get(client));
    return first === undefined ? ways : [first, ...ways.filter((way) => way !== first)];
  }

  took(client: string, way: string): void {
    if (this.#taken.size >= MOST_CLIENTS) this.#taken.clear();
    this.#taken.set(client, way);
  }
}
