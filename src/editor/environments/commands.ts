/** Commands of environments, as package.json contributes them. */
export const environmentCommands = {
  /** Argument, optional: the Uri of a document. */
  select: 'keyturn.environment.select',
  /** Forgets what earlier requests left. */
  clearSession: 'keyturn.clearSession',
} as const;

/** Only from the Tokens view; the argument is the environment's group. */
export const environmentMenuCommands = {
  use: 'keyturn.environment.use',
  leave: 'keyturn.environment.leave',
  open: 'keyturn.environment.open',
} as const;
