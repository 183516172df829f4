import type { CommandEntry, CommandGroup } from './commandEntry.ts';

const tokenCommands: readonly CommandEntry[] = [
  {
    name: 'add',
    usage: 'NAME [options]',
    summary: 'store a token, or another secret, from a prompt or standard input',
    operand: 'token',
    load: async () => (await import('./token/add.ts')).addCommand,
  },
  {
    name: 'list',
    usage: '[options]',
    summary: 'show profiles, and the status of each token',
    operand: null,
    load: async () => (await import('./token/list.ts')).listTokensCommand,
  },
  {
    name: 'show',
    usage: 'NAME [options]',
    summary: 'show claims, scopes, origins and expiry, never the token itself',
    operand: 'token',
    load: async () => (await import('./token/show.ts')).showCommand,
  },
  {
    name: 'login',
    usage: 'NAME [options]',
    summary: 'sign in with a browser or a code; --api URL for an API without a profile',
    operand: 'token',
    load: async () => (await import('./token/login.ts')).loginCommand,
  },
  {
    name: 'refresh',
    usage: 'NAME [options]',
    summary: 'obtain a new token now',
    operand: 'token',
    load: async () => (await import('./token/refresh.ts')).refreshCommand,
  },
  {
    name: 'verify',
    usage: 'NAME [options]',
    summary: 'check the signature and the claims of a token',
    operand: 'token',
    load: async () => (await import('./token/verify.ts')).verifyCommand,
  },
  {
    name: 'introspect',
    usage: 'NAME [options]',
    summary: 'ask the issuer or the vendor whether a token is active',
    operand: 'token',
    load: async () => (await import('./token/introspect.ts')).introspectCommand,
  },
  {
    name: 'rotate',
    usage: 'NAME [options]',
    summary: 'obtain a new token, then revoke the old one',
    operand: 'token',
    load: async () => (await import('./token/rotate.ts')).rotateCommand,
  },
  {
    name: 'revoke',
    usage: 'NAME [options]',
    summary: 'revoke a token at its issuer, then delete it',
    operand: 'token',
    load: async () => (await import('./token/revoke.ts')).revokeCommand,
  },
  {
    name: 'remove',
    usage: 'NAME [options]',
    summary: 'delete a token from the keychain only',
    operand: 'token',
    load: async () => (await import('./token/remove.ts')).removeCommand,
  },
  {
    name: 'inspect',
    usage: '- [options]',
    summary: 'decode a token from standard input, without storing it',
    operand: null,
    load: async () => (await import('./token/inspect.ts')).inspectCommand,
  },
  {
    name: 'permissions',
    usage: '[options]',
    summary: 'show and withdraw remembered permissions',
    operand: null,
    load: async () => (await import('./token/permissions.ts')).permissionsCommand,
  },
  {
    name: 'audit',
    usage: '[options]',
    summary: 'show what happened to tokens, and check that the log is complete',
    operand: null,
    load: async () => (await import('./token/audit.ts')).auditCommand,
  },
  {
    name: 'export',
    usage: 'FILE [options]',
    summary: 'write tokens to an encrypted file',
    operand: 'file',
    load: async () => (await import('./token/export.ts')).exportCommand,
  },
  {
    name: 'import',
    usage: 'FILE [options]',
    summary: 'add the tokens of such a file to the keychain',
    operand: 'file',
    load: async () => (await import('./token/import.ts')).importCommand,
  },
];

/** Every command: help, completion and "did you mean" read this table. */
export const commands: readonly (CommandEntry | CommandGroup)[] = [
  {
    name: 'init',
    usage: '[options]',
    summary: 'write a keyturn.json and a first request file into this folder',
    operand: null,
    load: async () => (await import('./commands/initCommand.ts')).initCommand,
  },
  {
    name: 'list',
    usage: 'FILE… [options]',
    summary: 'show the requests of the files',
    operand: 'request file',
    load: async () => (await import('./commands/listCommand.ts')).listCommand,
  },
  {
    name: 'run',
    usage: 'FILE… [options]',
    summary: 'send requests, each with its token',
    operand: 'request file',
    load: async () => (await import('./commands/runCommand.ts')).runCommand,
  },
  {
    name: 'token',
    usage: 'COMMAND',
    summary: 'add, list, show, refresh, verify, revoke and inspect tokens',
    commands: tokenCommands,
    footer: `Tokens are in the system's keychain. Environment variables override it: KEYTURN_TOKEN_VIEWER and
KEYTURN_CLIENT_SECRET_VIEWER for the token "viewer". Keyturn writes a token to no file but an encrypted export.
`,
  },
  {
    name: 'sandbox',
    usage: '[options]',
    summary: 'run a local identity provider and API to learn with',
    operand: null,
    load: async () => (await import('./commands/sandboxCommand.ts')).sandboxCommand,
  },
  {
    name: 'completion',
    usage: 'bash|zsh|fish',
    summary: 'print a script that completes the words of this command',
    operand: 'shell',
    load: async () => (await import('./commands/completionCommand.ts')).completionCommand(commands),
  },
];
