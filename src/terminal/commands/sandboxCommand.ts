import { KeyturnError } from '../../base/errors.ts';
import { headerStyles } from '../../sandbox/limitSettings.ts';
import { startSandbox, type Sandbox } from '../../sandbox/start.ts';
import { parseArguments, parseWholeNumber, type Command } from '../command.ts';
import { palette, type Streams } from '../output/streams.ts';

const options = {
  lifetime: { type: 'string' },
  limit: { type: 'string' },
  window: { type: 'string' },
  'header-style': { type: 'string' },
  'issuer-port': { type: 'string' },
  'api-port': { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const sandboxCommand: Command = {
  options,
  help: `Usage: keyturn sandbox [options]

Starts an OpenID provider and a rate-limited reports API on 127.0.0.1. They run until you press Ctrl+C.
The requests in examples/tour.http show what they offer.

  --lifetime SECONDS    lifetime of an access token (default 300)
  --limit N             requests allowed in a window
  --window SECONDS      length of the window
  --header-style STYLE  rate-limit headers: ${headerStyles.join(', ')}
  --issuer-port PORT    0 for any free port (default 7420, or a free one)
  --api-port PORT       0 for any free port (default 7421, or a free one)
  --json                print the addresses as one JSON line

Exit codes: 0 stopped by Ctrl+C, 1 it did not start or stopped by itself, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 0) throw new KeyturnError('usage', '`keyturn sandbox` takes only options.');
    const number = (name: keyof typeof options, least: number, most: number) => {
      const text = values[name];
      return typeof text === 'string' ? parseWholeNumber(name, text, least, most) : undefined;
    };
    const headerStyle = headerStyles.find((style) => style === values['header-style']);
    if (values['header-style'] !== undefined && headerStyle === undefined) {
      throw new KeyturnError('usage', `\`--header-style\` is one of ${headerStyles.join(', ')}.`);
    }
    const chosen = {
      lifetimeSeconds: number('lifetime', 1, 86_400),
      limit: number('limit', 1, 1_000_000),
      windowSeconds: number('window', 1, 86_400),
      headerStyle,
      issuerPort: number('issuer-port', 0, 65_535),
      apiPort: number('api-port', 0, 65_535),
    };
    const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
    const sandbox = await startSandbox({ entry: streams.sandboxEntry, signal, ...given });
    announce(sandbox, streams, values.json === true);
    const stop = () => void sandbox.stop();
    signal.addEventListener('abort', stop, { once: true });
    await sandbox.exited;
    if (signal.aborted) return 0;
    throw new KeyturnError('sandbox_failed', 'The sandbox stopped by itself.');
  },
};

function announce(sandbox: Sandbox, streams: Streams, json: boolean): void {
  const { issuer, api, clients, apiKey, lifetimeSeconds } = sandbox;
  if (json) {
    streams.out.write(`${JSON.stringify({ issuer, api, clients, apiKey, lifetimeSeconds })}\n`);
    return;
  }
  const paint = palette(streams.out, streams.env);
  const secrets = clients.map(
    ({ id, secret }) => `  export KEYTURN_CLIENT_SECRET_${id.toUpperCase()}=${secret}`,
  );
  streams.out.write(`${paint.bold('The sandbox is running.')} Stop it with Ctrl+C.

  issuer  ${issuer}
  API     ${api}

Access tokens expire after ${lifetimeSeconds} s. In another terminal, with the sandbox's demonstration secrets:

${secrets.join('\n')}
  export KEYTURN_TOKEN_LEGACY=${apiKey}
  keyturn run examples/tour.http --env sandbox --var sandboxIssuer=${issuer} --var sandboxApi=${api}
`);
}
