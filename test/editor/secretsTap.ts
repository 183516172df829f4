import * as assert from 'node:assert/strict';
import { extensions, type SecretStorage } from 'vscode';

// An extension's SecretStorage is handed to its `activate` alone. But all of them are of one class, so
// the storage of a companion extension leads to the methods that Keyturn's has as well.

type Methods = Pick<SecretStorage, 'get' | 'store' | 'delete' | 'keys'>;

export interface SecretsTap {
  /** What was stored since, by key; what was deleted is gone. */
  readonly written: ReadonlyMap<string, string>;
  /**
   * While it is set, writing and deleting fail. This is a fake of what cannot be had: the storage of an editor in a
   * browser never refuses, and a desktop's keychain cannot be locked from here.
   */
  refuses: boolean;
  /** The editor's own methods. */
  readonly original: Methods;
  readonly methods: Methods;
  restore(): void;
}

export async function tapSecrets(): Promise<SecretsTap> {
  const companion = extensions.getExtension<{ secrets: SecretStorage }>('keyturn.test-companion');
  assert.ok(companion, 'The companion is not loaded.');
  const { secrets } = await companion.activate();
  const methods = Object.getPrototypeOf(secrets) as Methods;
  const { get, store, delete: remove, keys } = methods;
  const original: Methods = { get, store, delete: remove, keys };
  const written = new Map<string, string>();
  const tap: SecretsTap = {
    written,
    refuses: false,
    original,
    methods,
    restore: () => void Object.assign(methods, original),
  };
  const refuse = () => {
    if (tap.refuses) throw new Error('The keychain is locked.');
  };
  methods.store = async function (this: SecretStorage, key, value) {
    refuse();
    await original.store.call(this, key, value);
    written.set(key, value);
  };
  methods.delete = async function (this: SecretStorage, key) {
    refuse();
    await original.delete.call(this, key);
    written.delete(key);
  };
  return tap;
}
