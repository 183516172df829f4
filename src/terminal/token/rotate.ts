import { grantOf } from '../../profile/grants/all.ts';
import { parseArguments, type Command } from '../command.ts';
import { createTerminalSignIn } from '../ask/signIn.ts';
import { palette } from '../output/streams.ts';
import { describeStatus } from './list.ts';
import { describeRevocations, isoTime, jsonLine, someFailed } from './inspectionShared.ts';
import { inWordsOfCommand, oneName, openPlace, placeHelp, placeOptions, requireKnown } from './shared.ts';
import { visible } from '../../base/visible.ts';

const options = {
  ...placeOptions,
  'no-browser': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const rotateCommand: Command = {
  options,
  help: `Usage: keyturn token rotate NAME [--json] [options]

Obtains a new token, with a browser if you have to sign in. Then it asks the issuer to revoke the old token and its
down-scoped tokens (\`# @scope\`). With the grant refresh_token the old access tokens stay valid until they expire:
revoking one can revoke the new token too.

  --no-browser       print the sign-in address instead of opening a browser
  --json             {name, expiresAt, revoked: [{kind, outcome, text, error}] or null, downScoped: [the same with
                     scope], left}; left says why the old token was not revoked
${placeHelp}

Exit codes: 0 the new token is in use, and the old one is revoked or left as said above, 1 no new token, or the
old one is not revoked, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const name = oneName(positionals, 'rotate');
    const signIn = createTerminalSignIn(streams, { browser: values['no-browser'] !== true });
    await using place = await openPlace(streams, values, signal, signIn);
    const { tokens, inspections, mask } = place.session;
    const profile = await place.find(name);
    const held = await tokens.peek(profile);
    requireKnown(held);
    const how = { interactive: false, signal, cause: 'keyturn token rotate' };
    const { token, revoked, downScoped, left } = await inspections
      .rotate(held, how)
      .catch((error: unknown) => {
        throw inWordsOfCommand(error, held);
      });
    if (values.json === true) {
      streams.out.write(
        jsonLine({ name, expiresAt: isoTime(token.expiresAtMs), revoked, downScoped, left }, mask),
      );
    } else {
      const paint = palette(streams.err, streams.env);
      const status = describeStatus(await tokens.peek(profile), Date.now());
      const end = left === null ? '' : `  ${paint.warn('--')}  ${visible(left)}\n`;
      const text = `${paint.bold(visible(name))}  ${status}\n${describeRevocations(revoked ?? [], downScoped, paint)}${end}`;
      streams.err.write(mask(text));
    }
    const ended = (revoked ?? []).every(({ outcome }) => outcome === 'ended' || outcome === 'accepted');
    return ended &&
      !someFailed(downScoped) &&
      (left === null || grantOf(profile.grant).refresh === 'refresh_token_only')
      ? 0
      : 1;
  },
};
