/** Commands of the token views, as package.json contributes them. Those of requests are in requests/commands.ts. */
export const tokenCommands = {
  add: 'keyturn.tokens.add',
  /** A new value for a token that is declared or was pasted before. */
  paste: 'keyturn.tokens.paste',
  editOrigins: 'keyturn.tokens.editOrigins',
  copy: 'keyturn.tokens.copy',
  /** Copies a token to where the `keyturn` command finds it. */
  share: 'keyturn.tokens.share',
  rename: 'keyturn.tokens.rename',
  delete: 'keyturn.tokens.delete',
  refresh: 'keyturn.tokens.refresh',
  signIn: 'keyturn.tokens.signIn',
  setClientSecret: 'keyturn.tokens.setClientSecret',
  showClaims: 'keyturn.tokens.showClaims',
  /** Decodes a token that is not held. */
  inspect: 'keyturn.tokens.inspect',
  verify: 'keyturn.tokens.verify',
  introspect: 'keyturn.tokens.introspect',
  revoke: 'keyturn.tokens.revoke',
  revokeEverywhere: 'keyturn.tokens.revokeEverywhere',
  rotate: 'keyturn.tokens.rotate',
  setKey: 'keyturn.tokens.setKey',
  createProfileFile: 'keyturn.profiles.create',
  openProfile: 'keyturn.profiles.open',
  startSandbox: 'keyturn.sandbox.start',
  stopSandbox: 'keyturn.sandbox.stop',
  reviewAgreements: 'keyturn.agreements.review',
  showAudit: 'keyturn.audit.show',
  refreshAudit: 'keyturn.audit.refresh',
  filterAudit: 'keyturn.audit.filter',
  clearAuditFilter: 'keyturn.audit.clearFilter',
  auditOnlyToken: 'keyturn.audit.onlyToken',
  auditOnlyOrigin: 'keyturn.audit.onlyOrigin',
  auditOnlyAction: 'keyturn.audit.onlyAction',
  auditMore: 'keyturn.audit.more',
  auditOpenCause: 'keyturn.audit.openCause',
  verifyAudit: 'keyturn.audit.verify',
  exportAudit: 'keyturn.audit.export',
  exportTokens: 'keyturn.tokens.export',
  importTokens: 'keyturn.tokens.import',
  exportProfiles: 'keyturn.profiles.export',
  /** Made by the editor for the view `keyturn.tokens`. */
  focusView: 'keyturn.tokens.focus',
} as const;

/** Only from a notification: the certificate. True when it is trusted now. */
export const certificateCommands = {
  trust: 'keyturn.certificates.trust',
} as const;

/** Commands of a sign-in that is under way. */
export const signInCommands = {
  /** Copies the code of a device sign-in again and opens the page where it is entered; from a notification or the palette. */
  openCodePage: 'keyturn.signIn.openCodePage',
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
  /** A code of a device sign-in waits to be entered. */
  deviceCodeShown: 'keyturn.deviceCodeShown',
} as const;
