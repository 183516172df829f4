import type { Memento } from 'vscode';
import type { KeyValueStore } from '../../base/keyValue.ts';

/** Small values that are no secrets, kept by the editor between sessions. */
export function createMementoStore(memento: Memento): KeyValueStore {
  return {
    get: (key) => Promise.resolve(memento.get<unknown>(key)),
    set: async (key, value) => memento.update(key, value),
    keys: () => Promise.resolve(memento.keys()),
  };
}
