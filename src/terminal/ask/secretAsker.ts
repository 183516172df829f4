import { KeyturnError } from '../../base/errors.ts';
import type { FindReceivers } from '../../oauth/receivers/receivers.ts';
import { declaredReceivers } from '../../profile/declaredReceivers.ts';
import type { AskedSecret } from '../../profile/key.ts';
import { secretKey } from '../../profile/key.ts';
import type { TokenManagerOptions } from '../../token/managerOptions.ts';
import { shownAddress } from '../../profile/shownOrigin.ts';
import { visible } from '../../base/visible.ts';
import { askInTurn } from './askInTurn.ts';
import { canAsk, readSecret, type SecretOptions } from './secretPrompt.ts';
import { type Streams } from '../output/streams.ts';

const words: Readonly<Record<AskedSecret, { readonly name: string } & SecretOptions>> = {
  client_secret: { name: 'client secret' },
  password: { name: 'password' },
  private_key: { name: 'private key', lines: 'several' },
};

/** " at https://id.example.com": who gets a secret, or what is signed with it. */
export function atServers(receivers: readonly string[]): string {
  return receivers.length === 0 ? '' : ` at ${receivers.map(shownAddress).join(' and ')}`;
}

/**
 * Asks for the secrets of a grant at a terminal; null where there is no terminal. It asks once in a call for a secret
 * that the person did not give. Ctrl+C cancels the whole call with `cancelled`.
 */
export function createSecretAsker(
  streams: Streams,
  signal: AbortSignal,
  findReceivers: FindReceivers = (profile) => Promise.resolve(declaredReceivers(profile)),
): TokenManagerOptions['askSecret'] {
  const declined = new Set<string>();
  return async (profile, { kind, refused }) => {
    if (!canAsk(streams)) return null;
    const key = secretKey(kind, profile);
    const { name, ...options } = words[kind];
    const receivers = await findReceivers(profile, kind);
    const whose = visible(`${name} for ${profile.name}${atServers(receivers)}`);
    return askInTurn(streams, signal, async () => {
      if (declined.has(key)) return null;
      if (refused) streams.err.write(`The server rejected the ${whose}.\n`);
      try {
        return await readSecret(streams, `The ${whose}: `, signal, options);
      } catch (error) {
        if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.', { cause: error });
        if (!KeyturnError.is(error, 'cancelled') && !KeyturnError.is(error, 'secret_missing')) throw error;
        declined.add(key);
        return null;
      }
    });
  };
}
