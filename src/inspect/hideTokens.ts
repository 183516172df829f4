import { classifyToken } from './kind.ts';

/** What stands in place of a token that was found within another: it is as secret as the one it stands in. */
export const HIDDEN_TOKEN = '•••a token, not shown•••';

/** Shorter text is no token. */
const SHORTEST_TOKEN = 20;

/** For `JSON.stringify`: every text that looks like a token is left out. */
export function hideTokens(_name: string, value: unknown): unknown {
  return typeof value === 'string' && looksLikeToken(value) ? HIDDEN_TOKEN : value;
}

export function looksLikeToken(text: string): boolean {
  return text.length >= SHORTEST_TOKEN && classifyToken(text).id !== 'opaque';
}
