/** Commands on tokens, as package.json contributes them. */
export const tokenCommands = {
  add: 'keyturn.tokens.add',
  /** A new value for a token that is declared or was pasted before. */
  paste: 'keyturn.tokens.paste',
  editOrigins: 'keyturn.tokens.editOrigins',
  copy: 'keyturn.tokens.copy',
  /** What a line of the tree says. */
  copyValue: 'keyturn.tokens.copyValue',
  /** Copies a token to where the `keyturn` command finds it. */
  share: 'keyturn.tokens.share',
  rename: 'keyturn.tokens.rename',
  delete: 'keyturn.tokens.delete',
  refresh: 'keyturn.tokens.refresh',
  signIn: 'keyturn.tokens.signIn',
  /** Opens the `keyturn.json` that declares the token. */
  openProfile: 'keyturn.profiles.open',
  setClientSecret: 'keyturn.tokens.setClientSecret',
} as const;

/** The editor makes it for the view `keyturn.tokens`. */
export const FOCUS_TOKENS = 'keyturn.tokens.focus';
