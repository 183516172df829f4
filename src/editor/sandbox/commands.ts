/** Commands of the sandbox, as package.json contributes them. */
export const sandboxCommands = {
  start: 'keyturn.sandbox.start',
  stop: 'keyturn.sandbox.stop',
} as const;
