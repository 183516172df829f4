import type { Expander } from './expander.ts';
import type { Written } from './site.ts';
import { firstOutside } from './template.ts';
import type { Dialect } from '../parse/tree.ts';

/**
 * An Authorization value as it is sent: the credentials of `Basic user password` and `Basic user:password` are encoded
 * (RFC 7617), anything else stays as it is. A user name holds no colon, and both parts may hold spaces: so what the
 * parts are is read from the text before its variables are replaced.
 */
export async function sentAuthorization(
  written: Written,
  expander: Expander,
  dialect: Dialect,
): Promise<string> {
  const part = (text: string): Written => ({ ...written, text });
  const value = written.text.trim();
  const end = firstOutside(value, /\s/);
  const scheme = await expander.expandWritten(part(end < 0 ? value : value.slice(0, end)));
  if (end < 0) return encodePlain(scheme.trim(), dialect);
  const rest = part(value.slice(end).trimStart());
  if (scheme.trim().toLowerCase() !== 'basic') {
    return encodePlain(`${scheme} ${await expander.expandWritten(rest)}`.trim(), dialect);
  }
  return encodeCredentials(expander.unwrap(rest), expander, dialect);
}

/** `user:password` as Basic credentials, to the letter: spaces around it belong to it. */
export function basicCredentials(text: string): string {
  return `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;
}

async function encodeCredentials(written: Written, expander: Expander, dialect: Dialect): Promise<string> {
  const expanded = async (text: string) => (await expander.expandWritten({ ...written, text })).trim();
  const parts = splitParts(written.text.trim(), dialect);
  if (parts === null) return encodePlain(`Basic ${await expanded(written.text)}`, dialect);
  if (parts === 'joined') return basicCredentials(await expanded(written.text));
  const user = await expanded(parts.user);
  const password = await expanded(parts.password);
  return basicCredentials(user.includes(':') ? `${user} ${password}` : `${user}:${password}`);
}

/** The same for a text without variables. */
function encodePlain(value: string, dialect: Dialect): string {
  const credentials = /^basic\s+(\S[^]*)$/i.exec(value)?.[1];
  if (credentials === undefined) return value;
  const parts = splitParts(credentials, dialect);
  if (parts === null) return value;
  return basicCredentials(parts === 'joined' ? credentials : `${parts.user}:${parts.password}`);
}

type Parts = { readonly user: string; readonly password: string } | 'joined' | null;

/**
 * `joined` where a colon stands between the parts: in the first word, in httpyac in any. Null for a single word, which
 * is encoded already.
 */
function splitParts(text: string, dialect: Dialect): Parts {
  const colon = firstOutside(text, /:/);
  const gap = firstOutside(text, /\s/);
  if (colon >= 0 && (gap < 0 || colon < gap || dialect === 'httpyac')) return 'joined';
  if (gap < 0) return null;
  return { user: text.slice(0, gap), password: text.slice(gap).trim() };
}
