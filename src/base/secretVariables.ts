/** Beginnings of the environment variables that hold tokens and other secrets; the name of the profile follows. */
export const TOKEN_PREFIX = 'KEYTURN_TOKEN_';
export const SECRET_PREFIXES = {
  client_secret: 'KEYTURN_CLIENT_SECRET_',
  password: 'KEYTURN_PASSWORD_',
  private_key: 'KEYTURN_PRIVATE_KEY_',
} as const;

/** Of the client certificates for hosts. */
export const CERTIFICATE_PASSPHRASE = 'KEYTURN_CERTIFICATE_PASSPHRASE';

/** The end of a profile's variables: upper case, everything but letters and digits replaced by `_`. */
export function environmentName(profileName: string): string {
  return profileName.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

const prefixes = [TOKEN_PREFIX, CERTIFICATE_PASSPHRASE, ...Object.values(SECRET_PREFIXES)];

/** True for a variable that is read as a secret only. Some systems ignore the case of names. */
export function isSecretVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return prefixes.some((prefix) => upper.startsWith(prefix));
}

/** An environment for another process, which has no use for them. */
export function withoutSecretVariables(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSecretVariable(name)));
}
