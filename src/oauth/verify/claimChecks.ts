import { type errors, type CompactJWSHeaderParameters } from 'jose';
import { formatWhen } from '../../base/text.ts';
import type { JsonObject } from '../../inspect/claims.ts';
import { originAllowed } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { CheckName, VerificationCheck, VerificationCode } from './inspection.ts';
import { parseUrl } from '../../base/url.ts';
import { serverText } from '../server/text.ts';
import { VerificationFault } from './fault.ts';

/** What the claims of a token are held against. */
export interface Expectations {
  readonly issuer: string | null;
  /** Any of these; empty when nothing is declared. */
  readonly audience: readonly string[];
  /** Where the token may go. */
  readonly origins: readonly string[];
  readonly nowMs: number;
  readonly mask: (text: string) => string;
}

export type ClaimFailure = errors.JWTExpired | errors.JWTClaimValidationFailed;

/** What `typ` says of a JWT that is something else than an access token (RFC 8725 section 3.11). */
const OTHER_TYPES: ReadonlySet<string> = new Set([
  'dpop+jwt',
  'logout+jwt',
  'secevent+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'client-authentication+jwt',
  'entity-statement+jwt',
]);

export function declaredAudience({
  audience,
  resource,
}: Pick<TokenProfile, 'audience' | 'resource'>): string[] {
  return [audience, resource].filter((value): value is string => value !== null && value !== '');
}

/** RFC 9068 section 2.1. */
function isAccessTokenType(typ: string | undefined): boolean {
  return typ !== undefined && shortType(typ) === 'at+jwt';
}

export interface CheckedClaims {
  /** One line for each thing that was looked at, in the order jose looks at them. */
  readonly checks: readonly VerificationCheck[];
  /** What makes a token with a good signature invalid; null when nothing does. */
  readonly fault: VerificationFault | null;
}

/** Says what jose found of the claims, and looks at what RFC 9068 wants beyond. */
export function checkClaims(
  claims: JsonObject,
  header: CompactJWSHeaderParameters,
  expected: Expectations,
  failure: ClaimFailure | null,
): CheckedClaims {
  const type = typeCheck(header);
  const fault = failure === null ? missingClaim(claims, header) : faultOf(failure, claims, expected);
  const failed = fault === null ? null : nameOf(fault.claim);
  let after = false;
  const outcome = (name: CheckName, check: () => Omit<VerificationCheck, 'name'>): VerificationCheck => {
    if (fault !== null && name === failed) {
      after = true;
      return { name, outcome: 'failed', text: fault.message };
    }
    if (after) return { name, outcome: 'skipped', text: 'Not checked: an earlier check failed.' };
    return { name, ...check() };
  };
  const checks = [
    type,
    outcome('issuer', () => issuerCheck(claims, expected)),
    outcome('audience', () => audienceCheck(claims, expected)),
    outcome('not_before', () => timeCheck(claims, 'nbf', expected)),
    outcome('expiry', () => timeCheck(claims, 'exp', expected)),
  ];
  if (fault !== null || type.outcome !== 'failed') return { checks, fault };
  return { checks, fault: new VerificationFault('invalid', 'type_mismatch', type.text) };
}

/** RFC 9068 section 2.2 makes these part of every access token that says it is one. */
function missingClaim(claims: JsonObject, { typ }: CompactJWSHeaderParameters): ClaimFault | null {
  if (!isAccessTokenType(typ)) return null;
  const missing = ['iss', 'aud', 'exp'].find((name) => claims[name] === undefined);
  return missing === undefined ? null : lacking(missing);
}

function lacking(claim: string): ClaimFault {
  return new ClaimFault(claim, 'claim_missing', `The token lacks the claim "${claim}".`);
}

function typeCheck({ typ }: CompactJWSHeaderParameters): VerificationCheck {
  const name = 'type';
  if (typ === undefined) return { name, outcome: 'skipped', text: 'The token does not name its type.' };
  if (isAccessTokenType(typ)) {
    return { name, outcome: 'passed', text: 'It is an access token of RFC 9068 (at+jwt).' };
  }
  const type = shortType(typ);
  if (!OTHER_TYPES.has(type))
    return { name, outcome: 'skipped', text: 'Its type does not say what it is for.' };
  return { name, outcome: 'failed', text: `The token is of the type ${type}, which is no access token.` };
}

function issuerCheck({ iss }: JsonObject, { issuer, mask }: Expectations): Omit<VerificationCheck, 'name'> {
  if (issuer !== null) return { outcome: 'passed', text: `It was issued by ${serverText(issuer, mask)}.` };
  const text =
    iss === undefined ? 'The token names no issuer.' : 'The profile names no issuer to compare with.';
  return { outcome: 'skipped', text };
}

function audienceCheck({ aud }: JsonObject, expected: Expectations): Omit<VerificationCheck, 'name'> {
  if (expected.audience.length > 0) {
    return { outcome: 'passed', text: 'Its audience is the one in the profile.' };
  }
  const values: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const bound = values.some((value) => {
    const url = typeof value === 'string' ? parseUrl(value) : null;
    return url !== null && originAllowed(expected.origins, url);
  });
  if (bound) return { outcome: 'passed', text: 'Its audience is one of its allowed origins.' };
  const text =
    aud === undefined ? 'The token names no audience.' : 'The profile names no audience to compare with.';
  return { outcome: 'skipped', text };
}

function timeCheck(
  claims: JsonObject,
  claim: 'nbf' | 'exp',
  { nowMs }: Expectations,
): Omit<VerificationCheck, 'name'> {
  const seconds = claims[claim];
  const ends = claim === 'exp';
  if (typeof seconds !== 'number') {
    return {
      outcome: 'skipped',
      text: ends ? 'It does not say when it expires.' : 'It does not say when it becomes valid.',
    };
  }
  const when = formatWhen(seconds * 1000, nowMs);
  const isPast = seconds * 1000 <= nowMs;
  if (ends && isPast) return { outcome: 'passed', text: `It expired ${when}, ${TOLERATED}` };
  if (!ends && !isPast) return { outcome: 'passed', text: `It becomes valid ${when} on, ${TOLERATED}` };
  return { outcome: 'passed', text: ends ? `It expires ${when}.` : `It is valid since ${when}.` };
}

/** Verification allows for clocks that differ a little: what it says must not hide that. */
const TOLERATED = 'which is within the tolerance for clocks.';

const CHECKS: Readonly<Record<string, CheckName>> = {
  iss: 'issuer',
  aud: 'audience',
  nbf: 'not_before',
  exp: 'expiry',
};

function nameOf(claim: string): CheckName | null {
  return Object.hasOwn(CHECKS, claim) ? (CHECKS[claim] ?? null) : null;
}

/** A claim that makes a token invalid. */
class ClaimFault extends VerificationFault {
  readonly claim: string;

  constructor(claim: string, code: VerificationCode, message: string, hint: string | null = null) {
    super('invalid', code, message, hint);
    this.claim = claim;
  }
}

function faultOf(failure: ClaimFailure, claims: JsonObject, expected: Expectations): ClaimFault {
  const { claim, reason } = failure;
  const invalid = (code: VerificationCode, message: string, hint: string | null = null) =>
    new ClaimFault(claim, code, message, hint);
  if (reason === 'missing') return lacking(claim);
  if (reason === 'invalid') return invalid('claim_invalid', `The claim "${claim}" has no valid value.`);
  const when = (value: unknown) => formatWhen(typeof value === 'number' ? value * 1000 : NaN, expected.nowMs);
  switch (claim) {
    case 'exp':
      return invalid('expired', `The token expired ${when(claims['exp'])}.`, 'Refresh it, or add a new one.');
    case 'nbf':
      return invalid(
        'not_yet_valid',
        `The token becomes valid ${when(claims['nbf'])}.`,
        'Check the clock of this computer.',
      );
    case 'aud':
      return invalid(
        'audience_mismatch',
        `The token is meant for ${audienceText(claims['aud'], expected)}, not for ${expected.audience.join(' or ')}.`,
        'Check "audience" and "resource" in keyturn.json.',
      );
    case 'iss':
      return invalid('issuer_mismatch', `The token was not issued by ${expected.issuer ?? ''}.`);
    default:
      return invalid('claim_invalid', `The claim "${claim}" is not what it should be.`);
  }
}

function audienceText(aud: unknown, { mask }: Expectations): string {
  const values: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const named = values.filter((value) => typeof value === 'string');
  return named.length === 0 ? 'no audience' : serverText(named.join(', '), mask);
}

function shortType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '');
}
