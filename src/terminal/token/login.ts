import { signsIn } from '../../profile/grants/all.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { ClientAuthentication } from '../../profile/profile.ts';
import { createTerminalSignIn } from '../ask/signIn.ts';
import { parseArguments, type Command } from '../command.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';
import { signInFor } from './signInFor.ts';

const apiOptions = {
  name: { type: 'string' },
  'allow-issuer': { type: 'string', multiple: true },
  scope: { type: 'string' },
  'client-id': { type: 'string' },
  'client-authentication': { type: 'string' },
  file: { type: 'string' },
} as const;

const options = {
  ...placeOptions,
  'no-browser': { type: 'boolean' },
  api: { type: 'string' },
  ...apiOptions,
} as const;

export const loginCommand: Command = {
  options,
  help: `Usage: keyturn token login NAME [options]
       keyturn token login --api URL [--name NAME] [options]

Signs in for a profile, and keeps its tokens in the keychain. With the grant authorization_code, Keyturn opens the
browser; with device_code, it prints a code that you enter on any device.

With --api, Keyturn asks the API for its issuer, registers there as a client, signs in, and adds the profile to the
nearest keyturn.json. It asks which server to trust, which scopes to request and how to name the token. Without a
terminal, these options answer:

  --api URL            a request that the API answers with 401
  --allow-issuer URL   the authorization server to trust; repeatable
  --scope "A B"        the scopes to request; "" for none
  --name NAME          the name of the token
  --client-id ID       a client that you registered, instead of a new one
  --client-authentication METHOD
                       how that client authenticates: none, client_secret_basic, client_secret_post, private_key_jwt
  --file FILE          the keyturn.json to write to

  --no-browser       print the address instead of opening the browser
${placeHelp}

Exit codes: 0 signed in, 1 not signed in (what was held before stays), 2 wrong use, such as a question without an answer.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const signIn = createTerminalSignIn(streams, { browser: values['no-browser'] !== true });
    const { api } = values;
    if (api !== undefined) {
      if (positionals.length > 0)
        throw new KeyturnError('usage', '`--api` takes the name of the token from `--name`.');
      const login = {
        api,
        file: values.file ?? null,
        answers: {
          issuers: values['allow-issuer'] ?? null,
          scope: values.scope ?? null,
          name: values.name ?? null,
          clientId: values['client-id'] ?? null,
          clientAuthentication: authenticationNamed(values['client-authentication']),
        },
      };
      await using place = await openPlace(streams, values, signal, signIn);
      const { loginToApi } = await import('./loginToApi.ts');
      await loginToApi(place, login, streams, signal);
      return 0;
    }
    const stray = Object.keys(apiOptions).find((option) => Object.hasOwn(values, option));
    if (stray !== undefined) throw new KeyturnError('usage', `\`--${stray}\` needs \`--api\`.`);
    const name = oneName(positionals, 'login');
    await using place = await openPlace(streams, values, signal, signIn);
    const profile = await place.find(name);
    if (!signsIn(profile.grant)) {
      throw new KeyturnError('usage', `You can't sign in for the token ${name}.`, {
        hint: `Its grant is ${profile.grant}. See \`keyturn token refresh --help\`.`,
      });
    }
    await signInFor(profile, place.session, streams, signal);
    return 0;
  },
};

const AUTHENTICATIONS: readonly ClientAuthentication[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
];

function authenticationNamed(text: string | undefined): ClientAuthentication | null {
  if (text === undefined) return null;
  const found = AUTHENTICATIONS.find((method) => method === text);
  if (found !== undefined) return found;
  throw new KeyturnError('usage', `\`--client-authentication\` takes ${AUTHENTICATIONS.join(', ')}.`);
}
