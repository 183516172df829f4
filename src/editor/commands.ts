/** Commands of the token views, as package.json contributes them. Those of requests are in requests/commands.ts. */
export const tokenCommands = {
  add: 'keyturn.tokens.add',
  /** A new value for a token that is declared or was pasted before. */
  paste: 'keyturn.tokens.paste',
  editOrigins: 'keyturn.tokens.editOrigins',
  copy: 'keyturn.tokens.copy',
  rename: 'keyturn.tokens.rename',
  delete: 'keyturn.tokens.delete',
  refresh: 'keyturn.tokens.refresh',
  setClientSecret: 'keyturn.tokens.setClientSecret',
  showClaims: 'keyturn.tokens.showClaims',
  createProfileFile: 'keyturn.profiles.create',
  openProfile: 'keyturn.profiles.open',
  startSandbox: 'keyturn.sandbox.start',
  stopSandbox: 'keyturn.sandbox.stop',
  /** Made by the editor for the view `keyturn.tokens`. */
  focusView: 'keyturn.tokens.focus',
} as const;

/** Those that Keyturn itself registers. */
export type HandledCommand = Exclude<
  (typeof tokenCommands)[keyof typeof tokenCommands],
  'keyturn.tokens.focus'
>;

/** Keys for `when` and `enablement` in package.json. Unset until the extension is active. */
export const contextKeys = {
  /** Entries of the tree: profiles and pasted tokens. */
  entryCount: 'keyturn.entryCount',
  /** Entries for which a token is held. */
  tokenCount: 'keyturn.tokenCount',
  sandboxRunning: 'keyturn.sandboxRunning',
} as const;
