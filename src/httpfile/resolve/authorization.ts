import type { SchemeCredentials } from '../../http/auth/credentials.ts';
import { ownScheme, refuseClientPart } from '../parse/schemes.ts';
import { awsCredentials, awsWords } from './awsWords.ts';
import type { Expander } from './expander.ts';
import type { Written } from './site.ts';
import { firstOutside } from './template.ts';
import type { Dialect } from '../parse/tree.ts';

/**
 * An Authorization value as it is sent: the credentials of `Basic user password` and `Basic user:password` are encoded
 * (RFC 7617), those of Digest and AWS are handed on to be computed with, anything else stays as it is. A user name
 * holds no colon, and both parts may hold spaces: so what the parts are is read from the text before its variables are
 * replaced. Fails with `unsupported` where a variable holds a secret that cannot be computed with.
 */
export async function sentAuthorization(
  written: Written,
  expander: Expander,
  dialect: Dialect,
): Promise<string | SchemeCredentials> {
  const { line } = written.site;
  const part = (text: string): Written => ({ ...written, text });
  const value = written.text.trim();
  const end = firstOutside(value, /\s/);
  const scheme = (await expander.expandWritten(part(end < 0 ? value : value.slice(0, end)))).trim();
  if (end < 0) return plainValue(scheme, dialect, line);
  const rest = part(value.slice(end).trimStart());
  const held = expander.unwrap(rest);
  const expanded = async (text: string) => (await expander.expandWritten({ ...held, text })).trim();
  const all = async () => plainValue(`${scheme} ${await expanded(held.text)}`.trim(), dialect, line);
  if (scheme.toLowerCase() === 'basic') {
    const parts = splitParts(held.text.trim(), dialect);
    if (parts === null) return all();
    if (parts.isJoined) return basicCredentials(await expanded(held.text));
    const user = await expanded(parts.user);
    const password = await expanded(parts.password);
    return basicCredentials(user.includes(':') ? `${user} ${password}` : `${user}:${password}`);
  }
  const own = ownScheme(scheme, held.text.trim());
  if (own === 'digest') {
    const parts = splitParts(held.text.trim(), dialect);
    if (parts === null) return all();
    return { scheme: own, user: await expanded(parts.user), password: await expanded(parts.password) };
  }
  const words = own === 'aws' ? awsWords(held.text.trim()) : [];
  return words.length === 0 ? all() : awsCredentials(await Promise.all(words.map(expanded)));
}

/** `user:password` as Basic credentials, to the letter: spaces around it belong to it. */
export function basicCredentials(text: string): string {
  return `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;
}

/** The same for a text without variables. */
function plainValue(value: string, dialect: Dialect, line: number): string | SchemeCredentials {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(\S[^]*)$/.exec(value) ?? [];
  refuseClientPart('Authorization', value, line);
  const parts = splitParts(credentials, dialect);
  if (scheme.toLowerCase() === 'basic' && parts !== null) {
    return basicCredentials(parts.isJoined ? credentials : `${parts.user}:${parts.password}`);
  }
  switch (ownScheme(scheme, credentials)) {
    case 'digest':
      return parts === null ? value : { scheme: 'digest', user: parts.user, password: parts.password };
    case 'aws':
      return awsCredentials(awsWords(credentials));
    case null:
      return value;
  }
}

interface Parts {
  readonly user: string;
  readonly password: string;
  /** Whether a colon stands between them: in the first word, in httpyac in any. */
  readonly isJoined: boolean;
}

/** The first colon divides (RFC 7617 section 2). Null for a single word, which is encoded already. */
function splitParts(text: string, dialect: Dialect): Parts | null {
  const colon = firstOutside(text, /:/);
  const gap = firstOutside(text, /\s/);
  if (colon >= 0 && (gap < 0 || colon < gap || dialect === 'httpyac')) {
    return { user: text.slice(0, colon), password: text.slice(colon + 1), isJoined: true };
  }
  if (gap < 0) return null;
  return { user: text.slice(0, gap), password: text.slice(gap).trim(), isJoined: false };
}
