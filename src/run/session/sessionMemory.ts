import type { EarlierRequests, Exchange } from '../../httpfile/earlier/exchange.ts';
import { CookieJar } from '../../http/cookies/cookieJar.ts';
import { Exchanges } from './exchanges.ts';
import { ScriptMemory } from './scriptMemory.ts';

/** What the requests of one file read of a session, and leave in it. */
export interface FileMemory extends EarlierRequests {
  /** For later requests that refer to it by its name. */
  keep(exchange: Exchange): void;
  /** For later requests that refer to the last one, which may have no name. */
  keepLast(exchange: Exchange): void;
  readonly scripts: ScriptMemory;
  /** Whether a token of another file's answer may go to this origin, as the person said in this session. */
  readonly allowedOrigins: Set<string>;
}

/**
 * What one run leaves for the next, in one environment: the editor keeps one for each folder and environment, the command
 * one for a call.
 */
export class SessionMemory {
  readonly exchanges: Exchanges;
  readonly scripts = new ScriptMemory();
  readonly cookies = new CookieJar();
  readonly #allowedOrigins = new Set<string>();
  readonly #changed: () => void;

  /** `changed` is told when something was kept. */
  constructor(maxBytes?: number, changed: () => void = () => undefined) {
    this.exchanges = new Exchanges(maxBytes);
    this.#changed = changed;
  }

  /** As a file sees it, which finds its own requests first and then those of the files that it imports. */
  of(file: string, imported: readonly { readonly file: string }[]): FileMemory {
    const { exchanges, scripts } = this;
    const changed = this.#changed;
    const locations = [file, ...imported.map((each) => each.file)];
    return {
      scripts,
      allowedOrigins: this.#allowedOrigins,
      keep(exchange) {
        exchanges.keep(exchange);
        changed();
      },
      keepLast(exchange) {
        exchanges.keepLast(exchange);
      },
      last() {
        const { last } = exchanges;
        return last !== null && locations.includes(last.file) ? last : null;
      },
      exchange(name) {
        for (const location of locations) {
          const found = exchanges.find(location, name);
          if (found !== null) return found;
        }
        return null;
      },
    };
  }
}
