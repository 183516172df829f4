import { KeyturnError } from '../../errors.ts';
import type { Command } from '../command.ts';

const subcommands: Readonly<Record<string, () => Promise<Command>>> = {
  add: async () => (await import('./add.ts')).addCommand,
  list: async () => (await import('./list.ts')).listTokensCommand,
  show: async () => (await import('./show.ts')).showCommand,
  refresh: async () => (await import('./refresh.ts')).refreshCommand,
  remove: async () => (await import('./remove.ts')).removeCommand,
  inspect: async () => (await import('./inspect.ts')).inspectCommand,
};

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Add, list, show, refresh, remove and inspect tokens',
  usage: 'COMMAND',
  help: `Usage: keyturn token COMMAND

  add NAME       store a token (or a client secret), read from a prompt or standard input
  list           the profiles of the nearest keyturn.json and the tokens held for them
  show NAME      claims, scopes, origins and expiry; never the token itself
  refresh NAME   obtain a new one now
  remove NAME    delete it from the keychain
  inspect -      decode a token from standard input, without storing it

  keyturn token COMMAND --help   more about one of them

Tokens are kept in the system's keychain. Where KEYTURN_TOKEN_<NAME> or KEYTURN_CLIENT_SECRET_<NAME> is set it
stands above the keychain; nothing is ever written to a file.
`,
  async run(args, streams, signal) {
    const [name, ...rest] = args;
    if (name === '--help' || name === '-h') {
      streams.out.write(tokenCommand.help);
      return 0;
    }
    const load = name !== undefined && Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
    if (load === undefined) {
      throw new KeyturnError(
        'usage',
        name === undefined
          ? 'Say what to do with tokens.'
          : `There is no command ${JSON.stringify(`token ${name}`)}.`,
        { hint: 'See `keyturn token --help`.' },
      );
    }
    const command = await load();
    if (rest.some((arg) => arg === '--help' || arg === '-h')) {
      streams.out.write(command.help);
      return 0;
    }
    return command.run(rest, streams, signal);
  },
};
