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

Decodes a token from standard input. It does not store or verify the token, and needs no keyturn.json. Keyturn
ignores what people often copy along: the header name, Bearer, quotes, line breaks.

  --json    {kind, verified, header, claims, scopes, audience, issuer, subject, clientId, issuedAt, notBefore,
            expiresAt, warnings}

Exit codes: 0 done, 1 standard input is empty or not a token, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 1 || (positionals[0] ?? '-') !== '-') {
      throw new KeyturnError('usage', 'Do not pass a token as an argument: other users could see it.', {
        hint: 'Pass it on standard input: `keyturn token inspect - < file`.',
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
