import { grantOf } from '../../profile/grants/all.ts';
import { parseArguments, type Command } from '../command.ts';
import { KeyturnError } from '../../base/errors.ts';
import { visible } from '../../base/visible.ts';
import { describeStatus } from './list.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

export const refreshCommand: Command = {
  options: placeOptions,
  help: `Usage: keyturn token refresh NAME [options]

Obtains a new token now, even if the old one has not expired. Keyturn asks at the terminal for a secret or a
permission that it needs. To sign in, use \`keyturn token login NAME\`.

${placeHelp}

Exit codes: 0 done, 1 no token was obtained (the old one stays), 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, placeOptions);
    const name = oneName(positionals, 'refresh');
    await using place = await openPlace(streams, values, signal);
    const profile = await place.find(name);
    if (place.session.preset.token(profile) !== null && grantOf(profile.grant).pasted !== 'refresh_token') {
      throw new KeyturnError('unsupported', `An environment variable overrides the token ${name}.`, {
        hint: 'Set the variable to a new token, or unset it.',
      });
    }
    if (grantOf(profile.grant).refresh === 'never') {
      throw new KeyturnError('unsupported', `Keyturn can't refresh the token ${name}: you pasted it.`, {
        hint: `Paste a new one: \`keyturn token add ${name}\`.`,
      });
    }
    await place.session.tokens.acquire(profile, {
      signal,
      force: true,
      markUsed: false,
      cause: 'keyturn token refresh',
    });
    const entry = await place.session.tokens.peek(profile);
    streams.err.write(`Obtained a new token ${visible(name)}: ${describeStatus(entry, Date.now())}.\n`);
    return 0;
  },
};
