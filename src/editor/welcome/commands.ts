/** Commands for a first user, as package.json contributes them. */
export const welcomeCommands = {
  /** Copies the tour and opens the copy; in its own window it shows the requests. */
  openTour: 'keyturn.openTour',
  openWalkthrough: 'keyturn.openWalkthrough',
  installCommand: 'keyturn.installCommand',
} as const;

/** Keys that complete steps of the walkthrough; each stays true for the rest of the session. */
export const welcomeContextKeys = {
  /** A request got an answer. */
  sent: 'keyturn.welcome.sent',
  /** A server refused a token, and the request went out again with a fresh one. */
  refreshed: 'keyturn.welcome.refreshed',
  /** A server asked for a scope that the token does not have. */
  scopeMissing: 'keyturn.welcome.scopeMissing',
} as const;

/** Contributed as `firstSteps` by the extension of this id. */
export function walkthroughOf(extensionId: string): string {
  return `${extensionId}#firstSteps`;
}
