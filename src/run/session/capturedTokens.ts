import { isTooDeep } from '../../base/jsonDepth.ts';
import { decodeText } from '../../http/content.ts';
import { type HttpResponse, headerValue } from '../../http/message.ts';
import type { CapturedToken } from '../../httpfile/earlier/exchange.ts';
import { parameterOf } from '../../httpfile/resolve/charset.ts';
import { decodeToken } from '../../inspect/decode.ts';
import { isCredentialName } from '../../redaction/credentialNames.ts';

/** The answer of a login is short. */
const LONGEST_BODY = 1_000_000;
const MOST_TOKENS = 20;
/** Shorter values are numbers of pages, kinds and the like. */
const SHORTEST_TOKEN = 8;

/** Names of members that hold a token; the words for credentials that are no tokens are left out. */
const TOKEN_NAME = /(?:token|jwt|bearer|assertion)$/i;
const JWT = /^[\w-]{10,}\.[\w-]{2,}\.[\w-]*$/;
/** Most answers hold none, and decoding them would cost more than all else that is done with them. */
const MAY_HOLD = /token|jwt|bearer|assertion|"ey[JK]/i;

/**
 * The tokens in the answer of a request: texts in its JSON that are a JWT, or whose name says that they are a token
 * (`access_token`, `idToken`, `jwt`). A page token is none. Cookies are not looked at.
 */
export function capturedTokens(
  { headers, body }: Pick<HttpResponse, 'headers' | 'body'>,
  receivedAtMs: number,
): CapturedToken[] {
  if (body.byteLength === 0 || body.byteLength > LONGEST_BODY) return [];
  if (!MAY_HOLD.test(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')))
    return [];
  const text = decodeText(body, parameterOf(headerValue(headers, 'content-type') ?? '', 'charset'));
  if (!/^\s*[[{"]/.test(text) || isTooDeep(text)) return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  const found = new Map<string, CapturedToken>();
  const left: { readonly value: unknown; readonly member: string | null; readonly holder: object | null }[] =
    [{ value: json, member: null, holder: null }];
  for (let next = left.pop(); next !== undefined && found.size < MOST_TOKENS; next = left.pop()) {
    const { value, member, holder } = next;
    if (typeof value === 'string') {
      if (!found.has(value) && isToken(value, member)) {
        found.set(value, { value, member, expiresAtMs: expiryOf(value, holder, receivedAtMs) });
      }
    } else if (Array.isArray(value)) {
      for (const item of value as unknown[]) left.push({ value: item, member, holder });
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value))
        left.push({ value: each, member: name, holder: value });
    }
  }
  return [...found.values()];
}

function isToken(value: string, member: string | null): boolean {
  if (value.length < SHORTEST_TOKEN || /\s/.test(value)) return false;
  if (value.startsWith('ey') && JWT.test(value)) return true;
  return member !== null && TOKEN_NAME.test(member) && isCredentialName(member);
}

/** Its own `exp`, else what stands beside it (RFC 6749 section 5.1 and the spellings that APIs use). */
function expiryOf(value: string, holder: object | null, receivedAtMs: number): number | null {
  const own = JWT.test(value) ? decodeToken(value).expiresAtMs : null;
  if (own !== null) return own;
  const seconds = numberIn(holder, ['expires_in', 'expiresIn']);
  if (seconds !== null) return receivedAtMs + seconds * 1000;
  return null;
}

function numberIn(holder: object | null, names: readonly string[]): number | null {
  for (const name of names) {
    const value: unknown = holder !== null && Object.hasOwn(holder, name) ? Reflect.get(holder, name) : null;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
  }
  return null;
}
