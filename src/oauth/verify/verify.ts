import {
  decodeJwt,
  decodeProtectedHeader,
  type CompactJWSHeaderParameters,
  type JWTVerifyOptions,
} from 'jose';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { readClaims, type JsonObject } from '../../inspect/claims.ts';
import { classifyToken } from '../../inspect/kind.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { OpenedToken, VerificationCheck, VerificationKey, Verification } from './inspection.ts';
import type { Discovery } from '../server/discovery.ts';
import { exactPart } from '../../inspect/exactPart.ts';
import { serverText } from '../server/text.ts';
import type { KeySets } from './keySets.ts';
import { findKeySource, isNone, issuerUnknown, unsigned } from './keySource.ts';
import { openEncrypted } from './openEncrypted.ts';
import { checkClaims, declaredAudience, type Expectations } from './claimChecks.ts';
import { VerificationFault } from './fault.ts';
import { checkSignature, signatureFault, type GoodSignature } from './signature.ts';
import { thumbprintOf } from './thumbprint.ts';

export interface VerifyTools {
  readonly keySets: KeySets;
  readonly discovery: Discovery;
  readonly clock: Clock;
  readonly mask: (text: string) => string;
}

export interface VerifyRequest {
  readonly profile: TokenProfile;
  readonly accessToken: string;
  /** Stands in for the issuer of a profile that names none: the person named it. */
  readonly issuer: string | null;
  /** How far this computer's clock is ahead of the server's, milliseconds; 0 when nothing is known. */
  readonly clockSkewMs: number;
  /** Keys that a person gave; null when none is held. */
  readonly held: (kind: 'verification_key' | 'decryption_key') => Promise<string | null>;
  /** Told of a token that was found within an encrypted one, before any of it can be shown. */
  readonly found: (innerToken: string) => void;
  readonly signal: AbortSignal;
}

/** How far clocks may differ without people noticing. */
const TOLERANCE_SECONDS = 10;

/**
 * Checks a JWT's signature against the keys of its issuer, or a key that a person gave, and its claims (RFC 7519
 * section 7.2, RFC 9068 section 4). Fails with `cancelled` only.
 */
export async function verifyToken(request: VerifyRequest, tools: VerifyTools): Promise<Verification> {
  const seen: Seen = { checks: [], opened: null, key: null };
  try {
    await verify(request, tools, seen);
    return verificationOf(
      seen,
      tools,
      'verified',
      'verified',
      'The signature is valid and every check passed.',
      null,
    );
  } catch (error) {
    if (KeyturnError.is(error, 'cancelled')) throw error;
    const fault = asFault(error);
    return verificationOf(seen, tools, fault.status, fault.code, tools.mask(fault.message), fault.hint);
  }
}

/** What was found out so far. */
interface Seen {
  checks: VerificationCheck[];
  opened: Verification['opened'];
  key: VerificationKey | null;
}

function verificationOf(
  { checks, opened, key }: Seen,
  { clock }: VerifyTools,
  status: Verification['status'],
  code: Verification['code'],
  reason: string,
  hint: string | null,
): Verification {
  return { status, code, reason, hint, key, checks, opened, checkedAtMs: clock.now() };
}

async function verify(request: VerifyRequest, tools: VerifyTools, seen: Seen): Promise<void> {
  const jwt = await signedToken(request, seen);
  const issuer = request.profile.issuer ?? request.issuer;
  const expectations: Expectations = {
    issuer,
    audience: declaredAudience(request.profile),
    origins: request.profile.origins,
    nowMs: tools.clock.now() - request.clockSkewMs,
    mask: tools.mask,
  };
  let held = false;
  const sourceFor = async ({ alg }: CompactJWSHeaderParameters) => {
    const source = await findKeySource(request, issuer, alg, tools);
    held = source.kind === 'held';
    return source;
  };
  let good: GoodSignature;
  try {
    good = await checkSignature(jwt, sourceFor, verifyOptions(expectations), request.signal);
  } catch (error) {
    if (KeyturnError.is(error, 'cancelled')) throw error;
    throw explained(error, jwt, held, expectations, seen);
  }
  const { header, payload, failure, from } = good;
  if (seen.opened !== null) seen.opened = openedToken(header, claimsOf(jwt));
  seen.key = {
    kid: header.kid === undefined ? null : serverText(header.kid, tools.mask, 100),
    alg: header.alg,
    thumbprint: await thumbprintOf(good.key),
    from: from === null ? null : from.origin + from.pathname,
  };
  const claims = checkClaims(payload, header, expectations, failure);
  seen.checks.push({ name: 'signature', outcome: 'passed', text: `The signature (${header.alg}) is valid.` });
  seen.checks.push(...claims.checks);
  if (claims.fault !== null) throw claims.fault;
}

/** Why no key made the signature good. What is wrong with the token itself comes before what is wrong with the keys. */
function explained(
  error: unknown,
  jwt: string,
  held: boolean,
  { issuer, mask }: Expectations,
  seen: Seen,
): unknown {
  const header = headerOf(jwt);
  const { iss } = claimsOf(jwt);
  if (issuer !== null && typeof iss === 'string' && iss !== issuer) {
    const said = serverText(iss, mask);
    seen.checks.push({ name: 'issuer', outcome: 'failed', text: `The token says that ${said} issued it.` });
    return new VerificationFault(
      'invalid',
      'issuer_mismatch',
      `The token says that ${said} issued it, not ${issuer}.`,
      'Check the "issuer" in keyturn.json.',
    );
  }
  if (error instanceof VerificationFault && error.code === 'issuer_unknown' && typeof iss === 'string') {
    return issuerUnknown(serverText(iss, mask));
  }
  return signatureFault(error, header, held);
}

/** The signed token itself: what was given, or what stands in an encrypted one. */
async function signedToken({ accessToken, held, found }: VerifyRequest, seen: Seen): Promise<string> {
  const kind = classifyToken(accessToken);
  if (kind.id === 'jwt') return accessToken.trim();
  if (kind.id !== 'jwe') {
    throw new VerificationFault(
      'not_verified',
      'not_a_jwt',
      `This is no JWT (${kind.label}), so it carries no signature that can be checked.`,
      'Introspect the token: its issuer knows whether it is active.',
    );
  }
  const opened = await openEncrypted(accessToken.trim(), await held('decryption_key'));
  seen.checks.push({
    name: 'decryption',
    outcome: 'passed',
    text: 'Decrypted with the stored key.',
  });
  if (opened.jwt !== null) {
    found(opened.jwt);
    seen.opened = openedToken(null, claimsOf(opened.jwt));
    return opened.jwt;
  }
  seen.opened = openedToken(null, opened.claims);
  throw new VerificationFault(
    'not_verified',
    'not_signed',
    'The token is encrypted, but its content is not signed: anyone with the key could have written it.',
  );
}

function openedToken(header: CompactJWSHeaderParameters | null, claims: JsonObject): OpenedToken {
  const { scopes, expiresAtMs } = readClaims(claims, []);
  return { header: header === null ? null : { ...header }, claims, scopes, expiresAtMs };
}

function headerOf(jwt: string): CompactJWSHeaderParameters {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(jwt);
  } catch {
    throw unreadable('header');
  }
  const { alg } = header;
  if (alg === undefined || isNone(alg)) throw unsigned();
  return { ...header, alg };
}

function claimsOf(jwt: string): JsonObject {
  try {
    decodeJwt(jwt);
    return exactPart(jwt, 1);
  } catch {
    throw unreadable('payload');
  }
}

function unreadable(part: string): VerificationFault {
  return new VerificationFault('invalid', 'unreadable', `The token's ${part} cannot be read.`);
}

function verifyOptions({ issuer, audience, nowMs }: Expectations): JWTVerifyOptions {
  return {
    currentDate: new Date(nowMs),
    clockTolerance: TOLERANCE_SECONDS,
    ...(issuer === null ? {} : { issuer }),
    ...(audience.length === 0 ? {} : { audience: [...audience] }),
  };
}

function asFault(error: unknown): VerificationFault {
  if (error instanceof VerificationFault) return error;
  if (error instanceof KeyturnError) {
    return new VerificationFault('not_verified', 'keys_unavailable', error.message, error.hint ?? null);
  }
  return new VerificationFault('not_verified', 'key_unusable', "Couldn't check the signature.");
}
