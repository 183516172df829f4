/** Commands on the cookies of the window, as package.json contributes them. */
export const cookieCommands = {
  show: 'keyturn.cookies.show',
  clear: 'keyturn.cookies.clear',
} as const;
