/** Commands of a sign-in that is under way. */
export const signInCommands = {
  /** Copies the code of a device sign-in again and opens the page where it is entered; from a notification or the palette. */
  openCodePage: 'keyturn.signIn.openCodePage',
} as const;
