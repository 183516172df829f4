import { KeyturnError } from '../../base/errors.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { secretKey, tokenKey } from '../../profile/key.ts';
import { visible } from '../../base/visible.ts';
import { parseArguments, type Command } from '../command.ts';
import { namedSecret, secretOptions } from './secretOptions.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

const options = {
  ...placeOptions,
  ...secretOptions,
} as const;

export const removeCommand: Command = {
  options,
  help: `Usage: keyturn token remove NAME [options]

Deletes the token from the keychain, or the secret that an option names. \`keyturn token revoke\` also revokes it at
its issuer.

  --client-secret, --password, --private-key, --verification-key, --decryption-key
                     delete this secret instead of the token
${placeHelp}

Exit codes: 0 deleted, 1 there was nothing to delete, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const name = oneName(positionals, 'remove');
    await using place = await openPlace(streams, values, signal);
    const profile = await place.find(name);
    const { store } = place.session;
    const other = namedSecret(values, profile);
    if (other !== null) {
      const { kind, words } = other;
      if ((await store.getSecret(secretKey(kind, profile))) === null) {
        throw new KeyturnError('secret_missing', `No ${words} is stored for ${name}.`);
      }
      await store.deleteSecret(secretKey(kind, profile));
      streams.err.write(`Deleted the ${words} for ${visible(name)}.\n`);
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
    const gone = { name, accessToken: typeof held === 'object' ? held.accessToken : null };
    place.session.audit.record(tokenEvent('deleted', gone, 'keyturn token remove'));
    streams.err.write(`Deleted the token ${visible(name)}.\n`);
    return 0;
  },
};
