import { formatLocal } from '../../text.ts';
import { decodeToken } from '../../token/decode.ts';
import { classifyToken } from '../../token/kind.ts';

const DATE_CLAIMS = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at']);
/** Shorter text is no token. */
const SHORTEST_TOKEN = 20;
const LONGEST_VALUE = 300;
const HIDDEN = '•••a token, not shown•••';

/** True for claims that hold seconds since the epoch (RFC 7519 section 2, OpenID Connect Core section 2). */
export function isDateClaim(name: string): boolean {
  return DATE_CLAIMS.has(name);
}

/** A claim's plain value in one line, shortened; a token within a token is as secret as the one it stands in. */
export function claimValue(value: unknown): string {
  if (typeof value === 'string') {
    if (isToken(value)) return HIDDEN;
    return value.length <= LONGEST_VALUE ? value : `${value.slice(0, LONGEST_VALUE)}…`;
  }
  return JSON.stringify(value);
}

/** Header and claims as a JSON document. */
export function claimsText(accessToken: string): string {
  const { kind, header, claims, warnings, ...facts } = decodeToken(accessToken);
  const dates = { exp: facts.expiresAtMs, nbf: facts.notBeforeMs, iat: facts.issuedAtMs };
  const readable = Object.entries(dates).flatMap(([name, ms]) =>
    ms === null ? [] : [[name, formatLocal(new Date(ms))]],
  );
  const document = {
    kind: kind.label,
    signature: 'not verified',
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(({ message }) => message) }),
    ...(readable.length === 0 ? {} : { localTimes: Object.fromEntries(readable) as Record<string, string> }),
    header,
    claims,
  };
  return JSON.stringify(
    document,
    (_, value: unknown) => (typeof value === 'string' && isToken(value) ? HIDDEN : value),
    2,
  );
}

function isToken(text: string): boolean {
  return text.length >= SHORTEST_TOKEN && classifyToken(text).id !== 'opaque';
}
