/** What a command does with the keychain: reads, reports, and ends. Run as a process by the tests. */
import { asKeyturnError } from '../../src/base/errors.ts';
import { KeychainSecretStore } from '../../src/keychain/keychainSecretStore.ts';

const store = new KeychainSecretStore({ timeoutMs: 1000 });
try {
  await store.get('token:a:1');
  process.stdout.write('read');
} catch (error) {
  process.stdout.write(asKeyturnError(error).code);
}
