import { KeyturnError } from '../../base/errors.ts';

/**
 * Schemes whose value a client computes from a secret that never leaves it. What files write behind their names is that
 * secret, so such a value must not be sent as it is. Each says whether a value is computed already.
 */
const computedSchemes: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['digest', (value) => hasParameter(value, 'response')],
  // A secret key has another length than a signature of version 2.
  ['aws', (value) => /^[^\s:]+:[A-Za-z0-9+/]{27}=$/.test(value)],
  ['cognito', () => false],
  ['ntlm', isBlob],
  ['negotiate', isBlob],
  ['kerberos', isBlob],
  ['hawk', (value) => hasParameter(value, 'mac')],
  ['mac', (value) => hasParameter(value, 'mac')],
  ['oauth', (value) => !hasParameter(value, 'oauth_consumer_key') || hasParameter(value, 'oauth_signature')],
  ['signature', (value) => hasParameter(value, 'signature')],
  ['eg1-hmac-sha256', (value) => hasParameter(value, 'signature')],
  ['hoba', (value) => hasParameter(value, 'result')],
  ['mutual', (value) => hasParameter(value, 'kc1') || hasParameter(value, 'vkc')],
]);

/** Schemes that Keyturn computes in an Authorization header, and whether what is written behind their names can be read. */
const ownSchemes: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['digest', (value) => /^[^\s:]+:|^\S+\s+\S|\{\{/.test(value) && !/^[\w*]+\s{0,9}="/.test(value)],
  ['aws', (value) => /^\S+\s+(?!(?:token|region|service):)\S|\{\{/i.test(value)],
]);

/**
 * `digest` or `aws` where Keyturn computes the value of an Authorization header from what stands behind the scheme; null
 * for other schemes, and where a computed value stands there. What a variable holds is not known here.
 */
export function ownScheme(scheme: string, value: string): 'digest' | 'aws' | null {
  const name = scheme.toLowerCase();
  if (name !== 'digest' && name !== 'aws') return null;
  return computedSchemes.get(name)?.(value) === true ? null : name;
}

/** `AWS4-HMAC-SHA256`, `AWS4-ECDSA-P256-SHA256` and what comes after them. */
const awsSignature = /^aws\d+(-|$)/;

/**
 * Name of the scheme, as written, where the client has to compute the value of an Authorization header; null where it
 * can be sent as it is. What a variable in the value will hold is not known here: in doubt the answer is null.
 */
function clientScheme(authorization: string): string | null {
  const [, scheme = '', rest = ''] = /^\s*([^\s{]+)(?:\s+(\S[^]*))?$/.exec(authorization) ?? [];
  const name = scheme.toLowerCase();
  const isComputed =
    computedSchemes.get(name) ??
    (awsSignature.test(name) ? hasSignature : name.startsWith('scram-') ? hasData : undefined);
  if (isComputed === undefined) return null;
  const value = rest.trim();
  if (name !== 'cognito' && value.includes('{{') && !isSecretPair(value)) return null;
  return isComputed(value) ? null : scheme;
}

/** Headers whose value the schemes above stand in. */
export function isAuthorization(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'authorization' || lower === 'proxy-authorization';
}

/** httpyac takes files and a passphrase from such a header and does not send it. */
export function isClientCertificate(name: string): boolean {
  return name.toLowerCase().endsWith('clientcert');
}

/** What cannot be sent in a header, as a message names it; null where all can. */
export function clientPart(name: string, value: string): string | null {
  if (isClientCertificate(name) && /^\s*(?:cert|key|pfx|passphrase):/.test(value))
    return `client certificates by ${name}`;
  const scheme = isAuthorization(name) ? clientScheme(value) : null;
  if (scheme === null) return null;
  const own = name.toLowerCase() === 'authorization' ? ownSchemes.get(scheme.toLowerCase()) : undefined;
  if (own?.(value.trim().slice(scheme.length).trim()) === true) return null;
  return own === undefined ? `${scheme} authorization` : `${scheme} authorization of this form`;
}

export function clientPartMessage(part: string, line: number): string {
  return `Keyturn doesn't compute ${part} yet (line ${line + 1}).`;
}

/** The message names the scheme, and no part of the value: that is the secret. */
export function refuseClientPart(name: string, value: string, line: number): void {
  const part = clientPart(name, value);
  if (part === null) return;
  throw new KeyturnError('unsupported', clientPartMessage(part, line), {
    hint: 'The header contains the secret itself, so Keyturn does not send it. Write a computed value, or use Basic, Digest, AWS or a token.',
    data: { name: part, line: line + 1 },
  });
}

/** Two words or more without a parameter: name and secret, whatever variables stand for them. */
function isSecretPair(value: string): boolean {
  const plain = value.replace(/\{\{[^{}\n]*\}\}/g, 'x');
  return /\S\s+\S/.test(plain) && !plain.includes('=');
}

function hasSignature(value: string): boolean {
  return hasParameter(value, 'credential') && hasParameter(value, 'signature');
}

function hasData(value: string): boolean {
  return hasParameter(value, 'data');
}

function hasParameter(value: string, name: string): boolean {
  return new RegExp(`(?:^|[\\s,;])${name}\\s{0,9}=`, 'i').test(value);
}

/** Base64 of some length, alone. */
function isBlob(value: string): boolean {
  return value.length >= 16 && value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}
