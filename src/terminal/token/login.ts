import { grantOf, signsIn } from '../../profile/grants/all.ts';
import { KeyturnError } from '../../base/errors.ts';
import { tokenKey } from '../../profile/key.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { visible } from '../../base/visible.ts';
import { missingScopes } from '../../inspect/scopes.ts';
import { parseArguments, type Command } from '../command.ts';
import { createTerminalSignIn } from '../ask/signIn.ts';
import { describeStatus } from './list.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

const options = {
  ...placeOptions,
  'no-browser': { type: 'boolean' },
} as const;

export const loginCommand: Command = {
  options,
  help: `Usage: keyturn token login NAME [options]

Signs in for a profile, and keeps what that brings in the keychain: with the grant authorization_code in the
browser, which is opened; with device_code by a code that is printed, to be entered on any device.

  --no-browser       print the address instead of opening the browser
${placeHelp}

Exit codes: 0 signed in, 1 not signed in (what was held before stays), 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
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
    // A code is shown together with this.
    if (grantOf(profile.grant).signIn?.redirects === true) {
      streams.err.write(`The token ${visible(name)} may go to ${shownAddresses(profile.origins)}.\n`);
    }
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
    streams.err.write(`Signed in for ${visible(name)}: ${describeStatus(entry, Date.now())}.\n`);
    const withheld = withheldScopes(profile.scope, entry.token?.scope ?? null);
    if (withheld.length > 0) streams.err.write(`Not granted: ${visible(withheld.join(' '))}.\n`);
    return 0;
  },
};

/** They ask for more than an access token, whose scope need not name them. */
const BESIDE_ACCESS: ReadonlySet<string> = new Set(['openid', 'offline_access', 'profile', 'email']);

/** What of the asked scopes the server says that it did not grant; nothing where it says nothing (RFC 6749 section 5.1). */
function withheldScopes(asked: string | null, granted: string | null): string[] {
  if (asked === null || granted === null) return [];
  const wanted = asked.split(' ').filter((scope) => scope !== '' && !BESIDE_ACCESS.has(scope));
  return missingScopes(wanted, granted);
}
