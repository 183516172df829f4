import type { Host, Report, StatePart } from './host.ts';
import { fromJson, toJson } from './values.ts';

/** Variables of the session or of the request, with the functions that JetBrains gives both. */
export class Variables {
  readonly #host: Host;
  readonly #part: StatePart;
  readonly #report: Report;
  readonly #title: string;
  /** Names and JSON texts, read when they are first needed. */
  #texts: Map<string, string> | null = null;

  constructor(host: Host, part: StatePart, report: Report, title: string) {
    this.#host = host;
    this.#part = part;
    this.#report = report;
    this.#title = title;
  }

  get(name: unknown): unknown {
    const text = this.#all().get(String(name));
    return text === undefined ? null : fromJson(text);
  }

  set(name: unknown, value: unknown): void {
    const key = String(name);
    const text = toJson(value, `${this.#title}.set("${key}", …)`);
    if (text === undefined) {
      this.clear(key);
      return;
    }
    this.#all().set(key, text);
    this.#host.report(this.#report, key, text);
  }

  isEmpty(): boolean {
    return this.#all().size === 0;
  }

  clear(name: unknown): void {
    const key = String(name);
    if (this.#all().delete(key)) this.#host.report(this.#report, key);
  }

  clearAll(): void {
    for (const name of [...this.#all().keys()]) this.clear(name);
  }

  #all(): Map<string, string> {
    if (this.#texts !== null) return this.#texts;
    const values = (fromJson(this.#host.state(this.#part)) ?? {}) as Record<string, unknown>;
    this.#texts = new Map(
      Object.entries(values).map(([name, value]) => [name, toJson(value, name) ?? 'null']),
    );
    return this.#texts;
  }
}
