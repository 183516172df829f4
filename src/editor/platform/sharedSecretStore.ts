import { Lazy } from '../../base/lazy.ts';
import type { SecretStore } from '../../base/secretStore.ts';
import type { ExchangePart, SecretChange, SecretExchange } from './secretExchange.ts';

/** An activation is not the time to meet the others, and a first use does not wait for this. */
const MEET_AFTER_MS = 500;

export type OpenExchange = (part: ExchangePart) => Promise<SecretExchange>;

export type DisposableSecretStore = Required<SecretStore> & { dispose(): void };

/**
 * The secrets of a window whose editor tells other windows nothing of them. In a browser each window reads all secrets
 * once, when it begins, and writes all of them whenever one changes: it would never see what another window stored,
 * send a refresh token that the other has spent, and write the old one over the new one. So the windows tell each
 * other, and each stores what it is told. Without an exchange the window is alone with what the editor gave it.
 */
export class SharedSecretStore implements DisposableSecretStore {
  readonly #own: DisposableSecretStore;
  readonly #exchange: Lazy<SecretExchange | null>;
  readonly #meeting: NodeJS.Timeout;
  /** What was stored since this window began, by whichever window. */
  readonly #known = new Map<string, string | null>();
  /** Settles with the last write: they are done in their order, this window's and the others'. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(own: DisposableSecretStore, openExchange: OpenExchange) {
    this.#own = own;
    const part: ExchangePart = {
      take: (change) => this.#take(change),
      known: () => [...this.#known].map(([key, value]) => ({ key, value })),
    };
    this.#exchange = new Lazy(() => openExchange(part).catch(() => null));
    this.#meeting = setTimeout(() => void this.#exchange.get(), MEET_AFTER_MS);
  }

  async get(key: string): Promise<string | null> {
    await this.#upToDate();
    return this.#own.get(key);
  }

  set(key: string, value: string): Promise<void> {
    return this.#store({ key, value });
  }

  delete(key: string): Promise<void> {
    return this.#store({ key, value: null });
  }

  async keys(): Promise<string[]> {
    await this.#upToDate();
    return this.#own.keys();
  }

  onDidChange(listener: (key: string) => void): { dispose(): void } {
    return this.#own.onDidChange(listener);
  }

  dispose(): void {
    clearTimeout(this.#meeting);
    void this.#exchange.made?.then((exchange) => exchange?.dispose());
    this.#own.dispose();
  }

  async #store(change: SecretChange): Promise<void> {
    await this.#write(change);
    this.#known.set(change.key, change.value);
    await (await this.#exchange.get())?.tell(change);
  }

  /** It is stored already, by the window that tells of it; here so that this one does not write over it. */
  #take(change: SecretChange): void {
    this.#known.set(change.key, change.value);
    this.#write(change).catch(() => undefined);
  }

  #write({ key, value }: SecretChange): Promise<void> {
    const write = this.#written.then(() =>
      value === null ? this.#own.delete(key) : this.#own.set(key, value),
    );
    this.#written = write.catch(() => undefined);
    return write;
  }

  async #upToDate(): Promise<void> {
    await this.#exchange.get();
    await this.#written;
  }
}
