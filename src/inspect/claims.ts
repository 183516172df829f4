import { scopeWords } from './scopes.ts';

/** A JSON object that someone else wrote: every value is to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A scope, permission or role, and where it came from. */
export interface ScopeClaim {
  readonly value: string;
  /** The claim it stands in, such as `scp` or `resource_access.account.roles`. */
  readonly from: string;
}

/** Something about a token that a person should know. Messages hold nothing of the token's contents. */
export interface TokenWarning {
  readonly code:
    | 'too_large'
    | 'too_deep'
    | 'header_unreadable'
    | 'payload_unreadable'
    | 'unsigned'
    | 'nested'
    | 'encrypted'
    | 'checksum_mismatch'
    | 'expiry_missing'
    | 'time_unusual'
    | 'time_unreadable';
  readonly message: string;
}

/** What the registered claims (RFC 7519 section 4.1, RFC 8693) and their usual companions say. */
export interface ClaimFacts {
  /** Every scope, permission and role once, in the order of `scopeClaims`. */
  readonly scopes: readonly string[];
  readonly scopeClaims: readonly ScopeClaim[];
  readonly audience: readonly string[];
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly clientId: string | null;
  readonly expiresAtMs: number | null;
  readonly notBeforeMs: number | null;
  readonly issuedAtMs: number | null;
}

export const NO_FACTS: ClaimFacts = {
  scopes: [],
  scopeClaims: [],
  audience: [],
  issuer: null,
  subject: null,
  clientId: null,
  expiresAtMs: null,
  notBeforeMs: null,
  issuedAtMs: null,
};

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads what claims usually say; what is odd is understood where it can be, and said in `warnings`.
 * @param datesAreText PASETO writes dates as ISO 8601, where a JWT has seconds
 */
export function readClaims(claims: JsonObject, warnings: TokenWarning[], datesAreText = false): ClaimFacts {
  const time = (name: string) => readTime(claims[name], name, warnings, datesAreText);
  if (claims['exp'] === undefined) {
    warnings.push({ code: 'expiry_missing', message: 'The token does not say when it expires (no "exp").' });
  }
  const scopeClaims = readScopes(claims);
  return {
    scopes: [...new Set(scopeClaims.map(({ value }) => value))],
    scopeClaims,
    audience: words(claims['aud'], false),
    issuer: text(claims['iss']),
    subject: text(claims['sub']),
    // azp: OpenID Connect; cid: Okta; appid: Microsoft Entra, version 1.
    clientId:
      text(claims['client_id']) ?? text(claims['azp']) ?? text(claims['cid']) ?? text(claims['appid']),
    expiresAtMs: time('exp'),
    notBeforeMs: time('nbf'),
    issuedAtMs: time('iat'),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

const SCOPE_CLAIMS = ['scope', 'scp', 'scopes', 'permissions', 'roles', 'cognito:groups'];

function readScopes(claims: JsonObject): ScopeClaim[] {
  const scopes: ScopeClaim[] = [];
  const add = (value: unknown, from: string) => {
    for (const word of new Set(words(value, true))) scopes.push({ value: word, from });
  };
  for (const name of SCOPE_CLAIMS) add(claims[name], name);
  const realm = claims['realm_access'];
  if (isObject(realm)) add(realm['roles'], 'realm_access.roles');
  const resources = claims['resource_access'];
  if (isObject(resources)) {
    for (const [client, access] of Object.entries(resources)) {
      if (isObject(access)) add(access['roles'], `resource_access.${client}.roles`);
    }
  }
  return scopes;
}

/** A string or an array of strings; a string is taken apart where it may hold several. */
function words(value: unknown, split: boolean): string[] {
  if (typeof value === 'string') {
    return split ? scopeWords(value) : value === '' ? [] : [value];
  }
  if (!Array.isArray(value)) return [];
  return value.filter((word: unknown): word is string => typeof word === 'string' && word !== '');
}

/** 1 January of the year 10000 in seconds: what is later was not meant as seconds. */
const YEAR_10000 = 253_402_300_800;

function readTime(
  value: unknown,
  name: string,
  warnings: TokenWarning[],
  datesAreText: boolean,
): number | null {
  if (value === undefined) return null;
  const unusual = (problem: string) => {
    warnings.push({ code: 'time_unusual', message: `"${name}" ${problem}` });
  };
  let seconds: number;
  if (typeof value === 'number') {
    seconds = value;
  } else if (typeof value === 'string' && /^\d{1,19}(?:\.\d{1,9})?$/.test(value)) {
    seconds = Number(value);
    unusual('is a string; a number was expected. Other programs may refuse it.');
  } else if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) {
    seconds = Date.parse(value.slice(0, 40)) / 1000;
    if (!datesAreText) unusual('is a date in words; a number of seconds was expected.');
  } else {
    seconds = Number.NaN;
  }
  let ms = seconds * 1000;
  if (seconds >= YEAR_10000) {
    // As seconds it would be the year 10000 or later; each smaller unit is a thousand times as many.
    let power = 0;
    while (power < 3 && seconds / 1000 ** power >= YEAR_10000) power++;
    ms = (seconds / 1000 ** power) * 1000;
    const unit = ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'][power] ?? '';
    if (seconds / 1000 ** power < YEAR_10000) {
      unusual(
        `counts ${unit}, not seconds; it is read so. Other programs take it for a date after the year 9999.`,
      );
    }
  }
  if (!Number.isFinite(ms) || Math.abs(ms) > YEAR_10000 * 1000) {
    warnings.push({ code: 'time_unreadable', message: `"${name}" is not a date.` });
    return null;
  }
  return Math.round(ms);
}
