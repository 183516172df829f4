import type { ScriptedValue } from '../../httpfile/resolve/scripted.ts';

/** What the scripts of a session left for later requests, in memory only. */
export class ScriptMemory {
  /** `client.global` and `$global`. */
  readonly globals = new Map<string, ScriptedValue>();
  /** Headers for every request (`client.global.headers`). */
  readonly headers = new Map<string, ScriptedValue>();
  readonly #files = new Map<string, Map<string, ScriptedValue>>();

  /** What httpyac's scripts export: variables of their file. */
  ofFile(file: string): Map<string, ScriptedValue> {
    let values = this.#files.get(file);
    if (values === undefined) this.#files.set(file, (values = new Map<string, ScriptedValue>()));
    return values;
  }
}
