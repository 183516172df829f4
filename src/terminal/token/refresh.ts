import { parseArguments, type Command } from '../command.ts';
import { KeyturnError } from '../../errors.ts';
import { describeStatus } from './list.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

export const refreshCommand: Command = {
  name: 'token refresh',
  summary: 'Obtain a new token now',
  usage: 'NAME [options]',
  help: `Usage: keyturn token refresh NAME [options]

${placeHelp}

Exit codes: 0 done, 1 no token was obtained (the old one stays), 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, placeOptions);
    const name = oneName(positionals, 'refresh');
    await using place = await openPlace(streams, values, signal);
    const profile = await place.find(name);
    if (profile.grant === 'static') {
      throw new KeyturnError('unsupported', `The token ${name} was pasted and cannot be refreshed.`, {
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
    streams.err.write(`The token ${name} is new: ${describeStatus(entry, Date.now())}.\n`);
    return 0;
  },
};
