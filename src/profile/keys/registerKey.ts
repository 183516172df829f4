/** Members of a JWK or a service account, with their values. */
const SECRET_MEMBERS = /"(?:d|p|q|dp|dq|qi|k|priv|private_key)"\s{0,20}:\s{0,20}"([^"]+)"/g;

/** The whole text, and what is secret in it piece by piece: another writer breaks the lines elsewhere. */
export function registerKey(
  given: string,
  name: string,
  register: (secret: string, label: string) => void,
): void {
  const label = `key of ${name}`;
  register(given.trim(), label);
  const secrets = given.includes('{')
    ? [...given.matchAll(SECRET_MEMBERS)].map(([, value = '']) => value)
    : [given];
  for (const secret of secrets) {
    for (const [piece] of secret.matchAll(/[\w+/=-]{16,}/g)) register(piece, label);
  }
}
