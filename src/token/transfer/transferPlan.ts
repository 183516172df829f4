import type { TokenStore } from '../store.ts';
import type { Token } from '../token.ts';

/** `new`: nothing is held under its key. `same`: this very token is held. `other`: another one is, and would be lost. */
export type ImportEffect = 'new' | 'same' | 'other';

export interface PlannedImport {
  readonly token: Token;
  readonly effect: ImportEffect;
}

/** What an import would do to what is held; nothing is changed. Fails as the store does. */
export async function planImport(tokens: readonly Token[], store: TokenStore): Promise<PlannedImport[]> {
  const held = new Map((await store.list()).map((token) => [token.key, token]));
  return tokens.map((token) => {
    const known = held.get(token.key);
    if (known === undefined) return { token, effect: 'new' };
    const same = known.accessToken === token.accessToken && known.refreshToken === token.refreshToken;
    return { token, effect: same ? 'same' : 'other' };
  });
}

/** Tokens that can be used elsewhere: one that is bound to a key of this computer (RFC 9449) is of no use without it. */
export function transferable(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ tokenType }) => tokenType !== 'dpop');
}

/**
 * The profiles of pasted tokens as a `keyturn.json` that declares them; it holds no secret. Null when none of the
 * tokens was pasted. A declared token has the same key: what is held for it is found.
 */
export function profilesSnippet(tokens: readonly Token[]): string | null {
  const profiles = tokens.flatMap(({ name, personal }) =>
    personal === null
      ? []
      : [[name, { grant: 'static', origins: personal.origins, sendAs: personal.sendAs }] as const],
  );
  if (profiles.length === 0) return null;
  return `${JSON.stringify({ tokens: Object.fromEntries(profiles) }, null, 2)}\n`;
}
