import { asKeyturnError, KeyturnError } from '../../base/errors.ts';
import { readTokenKey } from '../../profile/key.ts';
import type { Revocation } from './inspection.ts';
import type { TokenStore } from '../../token/store.ts';
import type { Token } from '../../token/token.ts';

/** What became of one token for single requests (`# @scope`) that was obtained beside the parent. */
export interface DownScopedRevocation extends Revocation {
  /** Space separated; null where the server did not say what it grants. */
  readonly scope: string | null;
}

const ASKED_AT_ONCE = 10;

/** In the keys of such tokens: the hash of the parent, and behind it that of the scope. */
const TWO_HASHES = /^(:[\w-]{24})(:[\w-]{24})$/;

/** The tokens with less scope that are stored below the key of the parent; what cannot be read is not among them. */
export async function downScopedTokens(
  store: Pick<TokenStore, 'keys' | 'get'>,
  parent: { readonly key: string; readonly name: string },
): Promise<Token[]> {
  const keys = (await readKeys(store)).filter((key) => key.startsWith(`${parent.key}:`));
  const tokens = await Promise.all(keys.map((key) => store.get(key).catch(leftOut)));
  return tokens.filter((token) => token !== null).filter(({ name }) => name === parent.name);
}

/** Keys of the parent tokens, held or not, beside which there are such tokens. */
export async function parentKeys(store: Pick<TokenStore, 'keys'>): Promise<ReadonlySet<string>> {
  const parent = new Set<string>();
  for (const key of await readKeys(store)) {
    const scopeHash = TWO_HASHES.exec(readTokenKey(key)?.hash ?? '')?.[2];
    if (scopeHash !== undefined) parent.add(key.slice(0, -scopeHash.length));
  }
  return parent;
}

/**
 * Ends them, some at a time. What becomes of one keeps no other: the token that they belong to has ended already.
 *
 * @param revoke Asks the server; may fail.
 */
export async function endDownScoped(
  tokens: readonly Token[],
  revoke: (token: Token) => Promise<readonly Revocation[]>,
): Promise<DownScopedRevocation[]> {
  const results: DownScopedRevocation[] = [];
  for (let at = 0; at < tokens.length; at += ASKED_AT_ONCE) {
    const some = tokens.slice(at, at + ASKED_AT_ONCE);
    const ended = await Promise.all(
      some.map(async (token) => {
        const revocations = await revoke(token).catch((error: unknown) => [notAsked(error)]);
        return revocations.map((revocation) => ({ ...revocation, scope: token.scope }));
      }),
    );
    results.push(...ended.flat());
  }
  return results;
}

/** What was obtained meanwhile, beside a new token, stays. */
export async function forgetDownScoped(
  store: Pick<TokenStore, 'get' | 'delete'>,
  tokens: readonly Token[],
): Promise<void> {
  for (const { key, accessToken } of tokens) {
    const stored = await store.get(key).catch(leftOut);
    if (stored?.accessToken === accessToken) await store.delete(key);
  }
}

/** How many are at their end, as far as the server says so or can say so. */
export function endedCount(downScoped: readonly DownScopedRevocation[]): number {
  return downScoped.filter(({ outcome }) => outcome === 'ended' || outcome === 'accepted').length;
}

/** With a store that cannot be read there is nothing that could be ended. */
function readKeys(store: Pick<TokenStore, 'keys'>): Promise<string[]> {
  return store.keys().catch((error: unknown) => {
    if (error instanceof KeyturnError) return [];
    throw error;
  });
}

function notAsked(thrown: unknown): Revocation {
  const { code, message } = asKeyturnError(thrown);
  const text = `The access token was not revoked. ${message}`;
  return { kind: 'access_token', outcome: 'failed', text, error: code };
}

function leftOut(error: unknown): null {
  if (error instanceof KeyturnError) return null;
  throw error;
}
