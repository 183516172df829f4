import { isUtf8 } from 'node:buffer';
import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { decodeJwt } from 'jose/jwt/decode';
import { mayHoldOddNumbers, parseExactJson } from '../base/exactJson.ts';
import { isTooDeep } from '../base/jsonDepth.ts';
import {
  type ClaimFacts,
  isObject,
  type JsonObject,
  NO_FACTS,
  readClaims,
  type TokenWarning,
} from './claims.ts';
import { classifyToken, type TokenKind } from './kind.ts';

/**
 * What can be read of a token without a key. Nothing in it is verified: anyone can write such a token.
 */
export interface DecodedToken extends ClaimFacts {
  readonly kind: TokenKind;
  /** JOSE header; of a PASETO its version, purpose and footer. */
  readonly header: JsonObject | null;
  readonly claims: JsonObject | null;
  /** The token within a nested JWT; the facts are then its own. */
  readonly nested: DecodedToken | null;
  readonly warnings: readonly TokenWarning[];
}

/** Longer values are not decoded; no server accepts such a header. */
const LONGEST_TOKEN = 2 * 1024 * 1024;
const MOST_NESTED = 3;
/** Of a nested token, where its first dot is looked for. */
const LONGEST_HEADER = 2000;

/** Decodes a token of any kind. Never throws: what cannot be read is null, and `warnings` say why. */
export function decodeToken(value: string): DecodedToken {
  return decode(value.trim(), MOST_NESTED);
}

function decode(token: string, nestedLeft: number): DecodedToken {
  const kind = classifyToken(token);
  const warnings: TokenWarning[] = [];
  const plain = { kind, header: null, claims: null, ...NO_FACTS, nested: null, warnings };
  if (kind.checksum === 'invalid') {
    warnings.push({
      code: 'checksum_mismatch',
      message: `The checksum of this ${kind.vendor ?? ''} token does not match; it may be incomplete or mistyped.`,
    });
  }
  if (token.length > LONGEST_TOKEN) {
    warnings.push({
      code: 'too_large',
      message: 'The token is larger than 2 MiB, so Keyturn did not decode it.',
    });
    return plain;
  }
  if (kind.id === 'jwt') return { ...plain, ...decodeSigned(token, nestedLeft, warnings) };
  if (kind.id === 'paseto') return { ...plain, ...decodePaseto(token, warnings) };
  if (kind.id === 'jwe') {
    warnings.push({
      code: 'encrypted',
      message: 'The token is encrypted: Keyturn can read only its header.',
    });
    return { ...plain, header: decodeHeader(token, warnings) };
  }
  return plain;
}

type Contents = Partial<Omit<DecodedToken, 'kind' | 'warnings'>>;

function decodeSigned(token: string, nestedLeft: number, warnings: TokenWarning[]): Contents {
  const [, payload = '', signature = ''] = token.split('.', 3);
  const header = decodeHeader(token, warnings);
  const algorithm = header?.['alg'];
  if (signature === '' || (typeof algorithm === 'string' && algorithm.toLowerCase() === 'none')) {
    warnings.push({ code: 'unsigned', message: 'The token is not signed: anyone could have written it.' });
  }
  if (isTooDeep(textOf(payload))) {
    warnings.push({
      code: 'too_deep',
      message: 'The payload is nested too deeply, so Keyturn did not decode it.',
    });
    return { header };
  }
  let claims: JsonObject;
  try {
    claims = decodeJwt(token);
    const text = textOf(payload);
    if (mayHoldOddNumbers(text)) claims = readObject(text);
  } catch {
    return { header, ...decodeUnusualPayload(payload, nestedLeft, warnings) };
  }
  return { header, claims, ...readClaims(claims, warnings) };
}

function decodeHeader(token: string, warnings: TokenWarning[]): JsonObject | null {
  const part = token.slice(0, token.indexOf('.'));
  if (isTooDeep(textOf(part))) {
    warnings.push({
      code: 'too_deep',
      message: 'The header is nested too deeply, so Keyturn did not decode it.',
    });
    return null;
  }
  try {
    const header = { ...decodeProtectedHeader(token) };
    const text = textOf(part);
    return mayHoldOddNumbers(text) ? readObject(text) : header;
  } catch {
    const { json, problem } = parsePart(part);
    warnings.push({ code: 'header_unreadable', message: `The header is not valid: ${problem}.` });
    return json;
  }
}

/** A payload that is no claims set: another token, or something broken of which as much as can be is shown. */
function decodeUnusualPayload(payload: string, nestedLeft: number, warnings: TokenWarning[]): Contents {
  const inner = textOf(payload).replace(/^"|"$/g, '');
  if (nestedLeft > 0 && /^ey[\w-]*\./.test(inner.slice(0, LONGEST_HEADER))) {
    warnings.push({
      code: 'nested',
      message: 'The payload is a token itself. Keyturn shows the claims of that token.',
    });
    const nested = decode(inner, nestedLeft - 1);
    warnings.push(...nested.warnings);
    return { ...factsOf(nested), claims: nested.claims, nested };
  }
  const { json, problem } = parsePart(payload);
  warnings.push({ code: 'payload_unreadable', message: `The payload is not valid: ${problem}.` });
  return json === null ? {} : { claims: json, ...readClaims(json, warnings) };
}

/** Throws where the text is no JSON object. */
function readObject(text: string): JsonObject {
  const json = parseExactJson(text);
  if (!isObject(json)) throw new TypeError('no JSON object');
  return json;
}

function factsOf(token: DecodedToken): ClaimFacts {
  const { scopes, scopeClaims, audience, issuer, subject, clientId, expiresAtMs, notBeforeMs, issuedAtMs } =
    token;
  return { scopes, scopeClaims, audience, issuer, subject, clientId, expiresAtMs, notBeforeMs, issuedAtMs };
}

/** Why a part is not what it should be, and what a lenient reading makes of it all the same. */
function parsePart(part: string): { json: JsonObject | null; problem: string } {
  const encoding = /^[\w-]*$/.test(part) ? null : 'it has characters that base64url does not know';
  if (part === '') return { json: null, problem: 'it is empty' };
  const bytes = Buffer.from(part, 'base64url');
  const notUtf8 = isUtf8(bytes) ? null : 'its text is not in UTF-8, and was read as Latin-1';
  try {
    const json = parseExactJson(bytes.toString(notUtf8 === null ? 'utf8' : 'latin1'));
    const problem = encoding ?? notUtf8;
    if (isObject(json)) return { json, problem: problem ?? 'its encoding has left-over bits' };
    return { json: null, problem: problem ?? 'it is not a JSON object' };
  } catch {
    return {
      json: null,
      problem: encoding ?? (notUtf8 === null ? 'it is not JSON' : 'it is neither UTF-8 nor JSON'),
    };
  }
}

/** Base64url, leniently, as UTF-8. */
function textOf(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8');
}

/** Bytes of signature that follow the claims of a `public` PASETO, by version. */
const PASETO_SIGNATURE_BYTES: Readonly<Record<string, number>> = { v1: 256, v2: 64, v3: 96, v4: 64 };

function decodePaseto(token: string, warnings: TokenWarning[]): Contents {
  const [version = '', purpose = '', body = '', footerPart = ''] = token.split('.', 5);
  const footerText = textOf(footerPart);
  const footer = footerText === '' ? null : (parseObject(footerText) ?? footerText);
  const header = { version, purpose, footer };
  if (purpose === 'local') {
    warnings.push({
      code: 'encrypted',
      message: 'The token is encrypted: Keyturn can read only its footer.',
    });
    return { header };
  }
  const bytes = Buffer.from(body, 'base64url');
  const message = bytes.subarray(0, Math.max(0, bytes.length - (PASETO_SIGNATURE_BYTES[version] ?? 64)));
  const claims = parseObject(message.toString('utf8'));
  if (claims === null) {
    warnings.push({
      code: 'payload_unreadable',
      message: 'The payload is not valid: it is not a JSON object.',
    });
    return { header };
  }
  return { header, claims, ...readClaims(claims, warnings, true) };
}

function parseObject(text: string): JsonObject | null {
  if (isTooDeep(text)) return null;
  try {
    return readObject(text);
  } catch {
    return null;
  }
}
