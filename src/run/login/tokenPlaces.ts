import type { CapturedToken } from '../../httpfile/earlier/exchange.ts';

/** Where the answer of a login holds what a profile needs: JSONPaths (RFC 9535). */
export interface TokenPlaces {
  readonly accessToken: string;
  readonly refreshToken: { readonly path: string; readonly value: string } | null;
  readonly expiresIn: string | null;
  readonly expiresAt: string | null;
}

interface Found {
  readonly path: string;
  readonly value: string;
  readonly member: string;
  /** The object that holds it, and its path. */
  readonly holder: object;
  readonly holderPath: string;
}

const REFRESH = /refresh/i;
/** No API takes these in place of an access token. */
const OTHERS = /refresh|^id_?token$|csrf|xsrf/i;
const EXPIRES_IN = ['expires_in', 'expiresIn', 'expires', 'ttl'] as const;
const EXPIRES_AT = ['expires_at', 'expiresAt', 'expiry', 'expiration', 'expires'] as const;
/** Seconds; a larger number is a time. */
const LONGEST_LIFE = 1e9;
const MOST_VALUES = 10_000;

/**
 * Looks for the tokens of an answer in its JSON. `wanted` is the access token that requests use; null: the first that is
 * one by its name. Null where the answer has none.
 */
export function tokenPlaces(
  json: unknown,
  tokens: readonly CapturedToken[],
  wanted: string | null,
): TokenPlaces | null {
  const values = new Set(tokens.map(({ value }) => value));
  const texts = textsIn(json);
  const found = texts.filter(({ value }) => values.has(value));
  const access =
    found.find(({ value }) => value === wanted) ?? found.find(({ member }) => !OTHERS.test(member));
  if (access === undefined) return null;
  const { holder, holderPath } = access;
  const refreshing = texts.filter(
    (one) => one !== access && REFRESH.test(one.member) && /^\S{8,}$/.test(one.value),
  );
  const refresh = refreshing.find((one) => one.holder === holder) ?? refreshing[0];
  const valueOf = (name: string): unknown => (Object.hasOwn(holder, name) ? Reflect.get(holder, name) : null);
  const within = EXPIRES_IN.find((name) => isSeconds(valueOf(name)));
  const at = EXPIRES_AT.find((name) => isTime(valueOf(name)));
  return {
    accessToken: access.path,
    refreshToken: refresh === undefined ? null : { path: refresh.path, value: refresh.value },
    expiresIn: within === undefined ? null : step(holderPath, within),
    expiresAt: within !== undefined || at === undefined ? null : step(holderPath, at),
  };
}

function isSeconds(value: unknown): boolean {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number > 0 && number < LONGEST_LIFE;
}

function isTime(value: unknown): boolean {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) || /^\d{10,13}$/.test(value);
  return typeof value === 'number' && value >= LONGEST_LIFE;
}

/** Every text that a member of an object holds, in the order of the document. */
function textsIn(json: unknown): Found[] {
  const found: Found[] = [];
  const open: { readonly value: unknown; readonly path: string }[] = [{ value: json, path: '$' }];
  for (let next = open.pop(); next !== undefined && found.length < MOST_VALUES; next = open.pop()) {
    const { value: holder, path: holderPath } = next;
    if (typeof holder !== 'object' || holder === null) continue;
    const inner: { readonly value: unknown; readonly path: string }[] = [];
    for (const [member, value] of Object.entries(holder) as [string, unknown][]) {
      const path = Array.isArray(holder) ? `${holderPath}[${member}]` : step(holderPath, member);
      if (typeof value === 'string') found.push({ path, value, member, holder, holderPath });
      else inner.push({ value, path });
    }
    open.push(...inner.reverse());
  }
  return found;
}

function step(path: string, member: string): string {
  if (/^[A-Za-z_]\w*$/.test(member)) return `${path}.${member}`;
  return `${path}['${member.replaceAll(/['\\]/g, '\\$&')}']`;
}
