/**
 * Small JSON values kept between sessions, such as the editor's Memento or a file in the home folder. Never holds
 * a secret; the reader checks what comes out.
 */
export interface KeyValueStore {
  get(key: string): Promise<unknown>;
  /** Undefined removes the key. */
  set(key: string, value: unknown): Promise<void>;
  keys(): Promise<readonly string[]>;
}
