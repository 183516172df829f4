import type * as keytar from 'keytar';
import type { KeychainEntries } from './splitEntries.ts';

/** The entries of one service, each as it is. */
export function entriesOf(
  module: Pick<typeof keytar, 'getPassword' | 'setPassword' | 'deletePassword' | 'findCredentials'>,
  service: string,
): KeychainEntries {
  return {
    get: (account) => module.getPassword(service, account),
    set: (account, value) => module.setPassword(service, account, value),
    delete: async (account) => {
      await module.deletePassword(service, account);
    },
    accounts: async () => (await module.findCredentials(service)).map(({ account }) => account),
  };
}
