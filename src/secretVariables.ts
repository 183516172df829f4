/** Beginnings of the environment variables that hold tokens and client secrets; the name of the profile follows. */
export const TOKEN_PREFIX = 'KEYTURN_TOKEN_';
export const CLIENT_SECRET_PREFIX = 'KEYTURN_CLIENT_SECRET_';

/** True for a variable that is read as a token or client secret only. Some systems ignore the case of names. */
export function isSecretVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return upper.startsWith(TOKEN_PREFIX) || upper.startsWith(CLIENT_SECRET_PREFIX);
}

/** An environment for another process, which has no use for them. */
export function withoutSecretVariables(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSecretVariable(name)));
}
