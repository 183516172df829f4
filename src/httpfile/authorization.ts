/**
 * An Authorization value as it is sent: `Basic user password` and `Basic user:password` are encoded (RFC 7617),
 * anything else stays as it is.
 */
export function encodeAuthorization(value: string): string {
  const found = /^Basic\s+(\S+)(?:\s+(.+))?$/is.exec(value.trim());
  const user = found?.[1];
  if (user === undefined) return value;
  const password = found?.[2];
  if (password !== undefined) return `Basic ${base64(`${user}:${password.trim()}`)}`;
  return user.includes(':') ? `Basic ${base64(user)}` : value;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
