/** Keys for `when` and `enablement` in package.json. Unset until the extension is active. */
export const contextKeys = {
  /** Entries of the tree: profiles and pasted tokens. */
  entryCount: 'keyturn.entryCount',
  /** Entries for which a token is held. */
  tokenCount: 'keyturn.tokenCount',
  sandboxRunning: 'keyturn.sandboxRunning',
  /** A code of a device sign-in waits to be entered. */
  deviceCodeShown: 'keyturn.deviceCodeShown',
} as const;
