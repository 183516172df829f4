import { KeyturnError } from '../../base/errors.ts';
import { decodeToken } from '../../inspect/decode.ts';
import { hideTokens } from '../../inspect/hideTokens.ts';
import { unwrapped, withoutScheme } from '../../inspect/pastedText.ts';
import { visibleJson } from '../../base/visible.ts';
import { parseArguments, type Command } from '../command.ts';
import { readSecret } from '../ask/secretPrompt.ts';
import { palette } from '../output/streams.ts';
import { describeToken, tokenJson } from './describeToken.ts';

const options = { json: { type: 'boolean' } } as const;

export const inspectCommand: Command = {
  options,
  help: `Usage: keyturn token inspect - [--json]

Decodes the token that standard input brings, without storing or verifying it. Works without a workspace. What is
often copied along is left out: the header's name, Bearer, quotes, line breaks.

  --json    {kind, verified, header, claims, scopes, audience, issuer, subject, clientId, issuedAt, notBefore,
            expiresAt, warnings}

Exit codes: 0 done, 1 no token came or it cannot be one, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 1 || (positionals[0] ?? '-') !== '-') {
      throw new KeyturnError('usage', 'A token is never an argument: others could see it.', {
        hint: 'Give it on standard input: `keyturn token inspect - < file`.',
      });
    }
    const pasted = await readSecret(streams, 'Token: ', signal, { lines: 'several' });
    const decoded = decodeToken(unwrapped(withoutScheme(pasted)));
    streams.out.write(
      values.json === true
        ? `${visibleJson(tokenJson(decoded), hideTokens)}\n`
        : describeToken(decoded, Date.now(), palette(streams.out, streams.env)),
    );
    return 0;
  },
};
