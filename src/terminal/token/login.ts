import { KeyturnError } from '../../errors.ts';
import { tokenKey } from '../../token/key.ts';
import { signsIn } from '../../token/renewal.ts';
import { parseArguments, type Command } from '../command.ts';
import { createTerminalSignIn } from '../signIn.ts';
import { describeStatus } from './list.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

export const loginCommand: Command = {
  name: 'token login',
  summary: 'Sign in with a browser',
  usage: 'NAME [options]',
  help: `Usage: keyturn token login NAME [options]

Opens the browser to sign in for a profile with the grant authorization_code or device_code, and keeps what that
brings in the keychain.

  --no-browser       print the address only
${placeHelp}

Exit codes: 0 signed in, 1 not signed in (what was held before stays), 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, {
      ...placeOptions,
      'no-browser': { type: 'boolean' },
    });
    const name = oneName(positionals, 'login');
    const signIn = createTerminalSignIn(streams, { browser: values['no-browser'] !== true });
    await using place = await openPlace(streams, values, signal, signIn);
    const profile = await place.find(name);
    if (!signsIn(profile.grant)) {
      throw new KeyturnError('usage', `The token ${name} is not obtained by signing in.`, {
        hint: `Its grant is ${profile.grant}. See \`keyturn token refresh --help\`.`,
      });
    }
    const { tokens, store, preset } = place.session;
    if (preset.token(profile) !== null) {
      throw new KeyturnError('unsupported', `A variable of the environment stands above the token ${name}.`, {
        hint: `Unset it to sign in; \`keyturn token list\` says which it is.`,
      });
    }
    // Nobody shall sign in for a token that could not be kept: this fails where there is no keychain.
    await store.getSecret(tokenKey(profile));
    const { token } = await tokens.acquire(profile, {
      signal,
      reauthenticate: { scope: null, acrValues: null, maxAge: null },
      cause: 'keyturn token login',
      markUsed: false,
    });
    const kept = await store.get(tokenKey(profile));
    if (kept?.accessToken !== token.accessToken) {
      throw new KeyturnError('store_write_failed', `The new token ${name} was not kept.`, {
        hint: 'Unlock the keychain, then sign in again.',
      });
    }
    const entry = await tokens.peek(profile);
    streams.err.write(`Signed in for ${name}: ${describeStatus(entry, Date.now())}.\n`);
    return 0;
  },
};
