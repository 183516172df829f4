import { createHash } from 'node:crypto';
import type { HeaderList } from '../message.ts';
import { type Challenge, parseChallenges, readChallenges } from './challenges.ts';
import type { DigestCredentials } from './credentials.ts';

/** By the names of RFC 7616 section 6.1, in lower case and without `-sess`: what Node calls them. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
  ['sha-512-256', 'sha512-256'],
]);

/** What a server asks for (RFC 7616 section 3.3, RFC 2617 section 3.2.1), with an algorithm that is known here. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  /** As sent; null where the server named none, which means MD5. */
  readonly algorithm: string | null;
  readonly hash: string;
  readonly isSession: boolean;
  /** Null for servers of RFC 2069, which know none. */
  readonly qop: 'auth' | 'auth-int' | null;
  /** The user name shall be sent as its hash. */
  readonly hidesUser: boolean;
  /** The server says that it reads user names and passwords in UTF-8. */
  readonly isUtf8: boolean;
}

/** The first challenge that can be answered: servers list what they prefer first. Null where there is none. */
export function digestChallenge(headers: HeaderList): DigestChallenge | null {
  for (const challenge of readChallenges(headers)) {
    const read = challenge.scheme.toLowerCase() === 'digest' ? toDigest(challenge) : null;
    if (read !== null) return read;
  }
  return null;
}

function toDigest({ params }: Challenge): DigestChallenge | null {
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  const algorithm = params.get('algorithm') ?? null;
  const name = (algorithm ?? 'MD5').toLowerCase();
  const isSession = name.endsWith('-sess');
  const hash = HASHES.get(isSession ? name.slice(0, -'-sess'.length) : name);
  const qop = chosenQop(params.get('qop'));
  if (realm === undefined || nonce === undefined || hash === undefined || qop === 'unknown') return null;
  return {
    realm,
    nonce,
    opaque: params.get('opaque') ?? null,
    algorithm,
    hash,
    isSession,
    qop,
    hidesUser: params.get('userhash')?.toLowerCase() === 'true',
    isUtf8: params.get('charset')?.toLowerCase() === 'utf-8',
  };
}

function chosenQop(offered: string | undefined): DigestChallenge['qop'] | 'unknown' {
  const options = (offered ?? '').toLowerCase().split(/[\s,]+/);
  if (options.includes('auth')) return 'auth';
  if (options.includes('auth-int')) return 'auth-int';
  return options.every((option) => option === '') ? null : 'unknown';
}

/** `nextnonce` of Authentication-Info (RFC 7616 section 3.5); null where the server names none. */
export function nextNonce(headers: HeaderList): string | null {
  for (const [name, value] of headers) {
    // Read like a challenge, whose scheme its name stands for.
    if (name.toLowerCase() !== 'authentication-info') continue;
    const nonce = parseChallenges(`Digest ${value}`)[0]?.params.get('nextnonce');
    if (nonce !== undefined && nonce !== '') return nonce;
  }
  return null;
}

export interface DigestMessage {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly target: string;
  readonly body: Uint8Array | null;
}

export interface DigestUse {
  /** How many messages were sent with this nonce, this one included. */
  readonly count: number;
  readonly cnonce: string;
  /** Nonce of the first message, which the session algorithms keep. */
  readonly sessionNonce: string;
}

/** The value of an Authorization header (RFC 7616 section 3.4; without `qop` RFC 2069's form of it). */
export function digestAuthorization(
  challenge: DigestChallenge,
  { user, password }: DigestCredentials,
  { method, target, body }: DigestMessage,
  { count, cnonce, sessionNonce }: DigestUse,
): string {
  const { realm, nonce, opaque, algorithm, isSession, qop, hidesUser } = challenge;
  const hash = (data: string | Uint8Array) => createHash(challenge.hash).update(data).digest('hex');
  const [name, secret] = challenge.isUtf8
    ? [user.normalize('NFC'), password.normalize('NFC')]
    : [user, password];
  const plain = hash(`${name}:${realm}:${secret}`);
  const a1 = isSession ? hash(`${plain}:${sessionNonce}:${cnonce}`) : plain;
  const a2 = hash(`${method}:${target}${qop === 'auth-int' ? `:${hash(body ?? '')}` : ''}`);
  const nc = count.toString(16).padStart(8, '0');
  const middle = qop === null ? '' : `${nc}:${cnonce}:${qop}:`;
  const parts = [
    hidesUser ? `username=${quoted(hash(`${name}:${realm}`))}` : userPart(name, challenge.isUtf8),
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(target)}`,
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    ...(qop === null ? [] : [`qop=${qop}`, `nc=${nc}`]),
    ...(qop === null && !isSession ? [] : [`cnonce=${quoted(cnonce)}`]),
    `response=${quoted(hash(`${a1}:${nonce}:${middle}${a2}`))}`,
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
    ...(hidesUser ? ['userhash=true'] : []),
  ];
  return `Digest ${parts.join(', ')}`;
}

/** Beyond ASCII by RFC 8187 where the server reads UTF-8. */
function userPart(user: string, isUtf8: boolean): string {
  if (!isUtf8 || /^[\x20-\x7e]*$/.test(user)) return `username=${quoted(user)}`;
  const encoded = encodeURIComponent(Buffer.from(user, 'utf8').toString('utf8'));
  return `username*=UTF-8''${encoded.replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** A header is sent byte by byte, one for each character. */
function quoted(text: string): string {
  return `"${Buffer.from(text.replace(/["\\]/g, '\\$&'), 'utf8').toString('latin1')}"`;
}
