import { KeyturnError } from '../../base/errors.ts';
import type { Command } from '../command.ts';

const subcommands: Readonly<Record<string, () => Promise<Command>>> = {
  add: async () => (await import('./add.ts')).addCommand,
  list: async () => (await import('./list.ts')).listTokensCommand,
  show: async () => (await import('./show.ts')).showCommand,
  login: async () => (await import('./login.ts')).loginCommand,
  refresh: async () => (await import('./refresh.ts')).refreshCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  introspect: async () => (await import('./introspect.ts')).introspectCommand,
  rotate: async () => (await import('./rotate.ts')).rotateCommand,
  revoke: async () => (await import('./revoke.ts')).revokeCommand,
  remove: async () => (await import('./remove.ts')).removeCommand,
  inspect: async () => (await import('./inspect.ts')).inspectCommand,
  agreements: async () => (await import('./agreements.ts')).agreementsCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  import: async () => (await import('./import.ts')).importCommand,
};

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Add, list, show, refresh, verify, revoke and inspect tokens',
  usage: 'COMMAND',
  help: `Usage: keyturn token COMMAND

  add NAME         store a token (or another secret), read from a prompt or standard input
  list             the profiles of the nearest keyturn.json and the tokens held for them
  show NAME        claims, scopes, origins and expiry; never the token itself
  login NAME       sign in with a browser
  refresh NAME     obtain a new one now
  verify NAME      check its signature and claims
  introspect NAME  ask the issuer, or the vendor, what it is worth
  rotate NAME      obtain a new one, then revoke the old one
  revoke NAME      end it at its issuer, then delete it
  remove NAME      delete it from the keychain
  inspect -        decode a token from standard input, without storing it
  agreements       what you agreed to for good, and how to withdraw it
  audit            what happened to tokens, and whether that record is whole
  export FILE      write tokens to a file that a passphrase opens
  import FILE      take tokens from such a file

  keyturn token COMMAND --help   more about one of them

Tokens are kept in the system's keychain. Where KEYTURN_TOKEN_<NAME> or KEYTURN_CLIENT_SECRET_<NAME> is set it
stands above the keychain; a token is written to no file but an encrypted export.
`,
  async run(args, streams, signal) {
    const [name, ...rest] = args;
    if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
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
