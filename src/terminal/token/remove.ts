import { KeyturnError } from '../../errors.ts';
import { secretKey, tokenKey } from '../../token/key.ts';
import { parseArguments, type Command } from '../command.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

export const removeCommand: Command = {
  name: 'token remove',
  summary: 'Delete a token from the keychain',
  usage: 'NAME [--client-secret] [options]',
  help: `Usage: keyturn token remove NAME [--client-secret] [options]

  --client-secret    deletes the client's secret instead of the token
${placeHelp}

Exit codes: 0 deleted, 1 there was nothing to delete, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, {
      ...placeOptions,
      'client-secret': { type: 'boolean' },
    });
    const name = oneName(positionals, 'remove');
    await using place = await openPlace(streams, values, signal);
    const profile = await place.find(name);
    const { store } = place.session;
    if (values['client-secret'] === true) {
      if ((await store.getSecret(secretKey('client_secret', profile))) === null) {
        throw new KeyturnError('secret_missing', `No client secret is stored for ${name}.`);
      }
      await store.deleteSecret(secretKey('client_secret', profile));
      streams.err.write(`The client secret for ${name} is deleted.\n`);
      return 0;
    }
    const key = tokenKey(profile);
    // An entry that cannot be read can still be deleted.
    const held = await store.get(key).catch((error: unknown) => {
      if (KeyturnError.is(error, 'store_corrupt')) return true;
      throw error;
    });
    if (held === null) throw new KeyturnError('token_missing', `No token is stored for ${name}.`);
    await store.delete(key);
    streams.err.write(`The token ${name} is deleted.\n`);
    return 0;
  },
};
