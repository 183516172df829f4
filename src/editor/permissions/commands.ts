/** Commands on what the person allowed, as package.json contributes them. */
export const permissionCommands = {
  review: 'keyturn.permissions.review',
} as const;
