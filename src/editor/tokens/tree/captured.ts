import type { CapturedToken, Exchange } from '../../../httpfile/earlier/exchange.ts';
import { decodeToken } from '../../../inspect/decode.ts';
import { tokenKey } from '../../../profile/key.ts';
import { pastedProfile } from '../../../profile/profile.ts';
import type { TokenEntry } from '../../../token/manager.ts';
import { tokenStatus } from '../../../token/status.ts';

/** A token in the answer of a named request, held for the session alone. No command for tokens works on it but Copy. */
export interface CapturedNode {
  readonly kind: 'captured';
  readonly id: string;
  /** Request and member: `login.access_token`. */
  readonly name: string;
  readonly exchange: Exchange;
  readonly token: CapturedToken;
}

/** The tokens that requests of this session brought. */
export interface SessionGroup {
  readonly kind: 'session';
  readonly id: string;
  readonly entries: readonly CapturedNode[];
}

/** Null where no answer of the session holds a token. */
export function sessionGroup(exchanges: Iterable<Exchange>): SessionGroup | null {
  const entries: CapturedNode[] = [];
  for (const exchange of exchanges) {
    const { file, name, tokens } = exchange;
    for (const [index, token] of tokens.entries()) {
      entries.push({
        kind: 'captured',
        id: `group:session/${file}#${name}/${index}`,
        name: token.member === null ? name : `${name}.${token.member}`,
        exchange,
        token,
      });
    }
  }
  entries.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  return entries.length === 0 ? null : { kind: 'session', id: 'group:session', entries };
}

/** As the tree describes other tokens: it goes to the origin that it came from. */
export function capturedEntry(
  { name, exchange, token: { value, expiresAtMs } }: CapturedNode,
  nowMs: number,
  leadMs: number,
): TokenEntry {
  const profile = pastedProfile(name, [exchange.origin], { scheme: 'Bearer' });
  const key = tokenKey(profile);
  const { notBeforeMs } = decodeToken(value);
  return {
    profile,
    key,
    token: {
      key,
      name,
      accessToken: value,
      refreshToken: null,
      idToken: null,
      tokenType: null,
      scope: null,
      expiresAtMs,
      obtainedAtMs: exchange.receivedAtMs,
      personal: null,
    },
    status: tokenStatus({ expiresAtMs, notBeforeMs }, nowMs, leadMs),
    lastUsedAtMs: null,
    lastError: null,
    canRefresh: false,
    needsSignIn: false,
    clockSkewMs: null,
  };
}

const collator = new Intl.Collator('en', { numeric: true });

function compare(a: string, b: string): number {
  return collator.compare(a, b);
}
