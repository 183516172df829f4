/** Commands on keyturn.json files, as package.json contributes them. */
export const profileCommands = {
  create: 'keyturn.profiles.create',
} as const;
