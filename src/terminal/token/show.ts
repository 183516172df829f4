import { decodeToken } from '../../inspect/decode.ts';
import { hideTokens } from '../../inspect/hideTokens.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { visible, visibleJson } from '../../base/visible.ts';
import { parseArguments, type Command } from '../command.ts';
import { palette } from '../output/streams.ts';
import { describeToken, tokenJson } from './describeToken.ts';
import { describeStatus, toJson } from './list.ts';
import { oneName, openPlace, placeHelp, placeOptions, requireKnown } from './shared.ts';

const options = { ...placeOptions, json: { type: 'boolean' } } as const;

export const showCommand: Command = {
  options,
  help: `Usage: keyturn token show NAME [--json] [options]

Shows status, allowed origins, claims and scopes of a token, never the token itself.

  --json             the object of \`token list\`, with \`token\` as \`token inspect\` gives it
${placeHelp}

Exit codes: 0 done, 1 no such token, or Keyturn could not read it, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const name = oneName(positionals, 'show');
    await using place = await openPlace(streams, values, signal);
    const entry = await place.session.tokens.peek(await place.find(name));
    requireKnown(entry);
    const decoded = entry.token === null ? null : decodeToken(entry.token.accessToken);
    if (values.json === true) {
      streams.out.write(
        `${visibleJson({ ...toJson(entry), token: decoded && tokenJson(decoded) }, hideTokens)}\n`,
      );
      return 0;
    }
    const now = Date.now();
    const paint = palette(streams.out, streams.env);
    streams.out.write(`${paint.bold(visible(name))}  ${describeStatus(entry, now)}\n`);
    streams.out.write(`${paint.dim('allowed origins')}  ${shownAddresses(entry.profile.origins)}\n`);
    if (decoded !== null) streams.out.write(`\n${describeToken(decoded, now, paint)}`);
    return 0;
  },
};
