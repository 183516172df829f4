/** Commands that look into tokens, check them at their issuer and end them, as package.json contributes them. */
export const inspectionCommands = {
  showClaims: 'keyturn.tokens.showClaims',
  /** Decodes a token that is not held. */
  inspect: 'keyturn.tokens.inspect',
  verify: 'keyturn.tokens.verify',
  introspect: 'keyturn.tokens.introspect',
  revoke: 'keyturn.tokens.revoke',
  revokeEverywhere: 'keyturn.tokens.revokeEverywhere',
  rotate: 'keyturn.tokens.rotate',
  setKey: 'keyturn.tokens.setKey',
} as const;
