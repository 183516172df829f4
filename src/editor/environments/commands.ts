/** Commands of environments, as package.json contributes them. */
export const environmentCommands = {
  /** Argument, optional: the Uri of a document. */
  select: 'keyturn.environment.select',
} as const;
