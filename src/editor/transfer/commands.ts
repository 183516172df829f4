/** Commands that carry tokens and profiles to another computer, as package.json contributes them. */
export const transferCommands = {
  exportTokens: 'keyturn.tokens.export',
  importTokens: 'keyturn.tokens.import',
  exportProfiles: 'keyturn.profiles.export',
} as const;
