import { CERTIFICATE_PASSPHRASE } from '../../base/secretVariables.ts';
import { visible } from '../../base/visible.ts';
import type { CertificateSource } from '../../run/hostCertificate.ts';
import { askInTurn } from './askInTurn.ts';
import type { Streams } from '../output/streams.ts';
import { canAsk, readSecret } from './secretPrompt.ts';

/** Client certificates of httpyac's files alone; passphrases from the environment, the keychain or the terminal. */
export function createCertificateSource(
  streams: Streams,
  signal: AbortSignal,
  store: CertificateSource['store'],
): CertificateSource {
  return {
    store: {
      getSecret: async (key) => fromEnvironment(streams) ?? (await store.getSecret(key)),
      // What the environment says is kept there alone.
      deleteSecret: async (key) => {
        if (fromEnvironment(streams) === null) await store.deleteSecret(key);
      },
      setSecret: (key, secret) => store.setSecret(key, secret),
    },
    settings: () => [],
    async askPassphrase({ file, host }) {
      if (!canAsk(streams)) return null;
      const question = visible(`The passphrase of the client certificate ${file} for ${host}: `);
      return askInTurn(streams, signal, () => readSecret(streams, question, signal));
    },
  };
}

function fromEnvironment({ env }: Streams): string | null {
  const value = env[CERTIFICATE_PASSPHRASE];
  return value === undefined || value === '' ? null : value;
}
