/** Commands on keyturn.json files, as package.json contributes them. */
export const profileCommands = {
  create: 'keyturn.profiles.create',
  open: 'keyturn.profiles.open',
} as const;
