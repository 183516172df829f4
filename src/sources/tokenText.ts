import { isObject, type JsonObject } from '../inspect/claims.ts';
import { readExpiry } from './expiry.ts';
import { followPointer } from './jsonPointer.ts';

/** A token as another program gave it. */
export interface FoundToken {
  /** Printable ASCII, never empty. */
  readonly accessToken: string;
  /** Milliseconds since the epoch; null when nothing was said of it. */
  readonly expiresAtMs: number | null;
  /** Lower case. */
  readonly tokenType: string;
  readonly scope: string | null;
}

export interface TokenTextOptions {
  /** JSON pointers; null: the token and its expiry are found by their names. */
  readonly tokenPointer: string | null;
  readonly expiryPointer: string | null;
  readonly nowMs: number;
}

export type TokenTextResult =
  | { readonly token: FoundToken; readonly fault: null }
  /** What is wrong, to follow "What it gave ". Quotes nothing. */
  | { readonly token: null; readonly fault: string };

/** Kubernetes' own: what `aws eks get-token` and alike print, and `kubectl create token -o json`. */
const KUBERNETES_KINDS: readonly unknown[] = ['ExecCredential', 'TokenRequest'];

/** Where programs put the token: in the object itself, or one step inside. */
const PLACES: readonly ((root: JsonObject) => unknown)[] = [
  (root) => (KUBERNETES_KINDS.includes(root['kind']) ? root['status'] : undefined),
  (root) => root,
  // What Go's OAuth library writes, as many tools keep it.
  (root) => root['token'],
  // gcloud config config-helper
  (root) => root['credential'],
  // vault login, and every other login of Vault
  (root) => root['auth'],
  // vault read, such as identity/oidc/token/…
  (root) => root['data'],
  // aws cognito-idp
  (root) => root['AuthenticationResult'],
  // aws ecr
  (root) => followPointer(root, '/authorizationData/0'),
];
const TOKEN_NAMES = [
  'access_token',
  'accessToken',
  'AccessToken',
  'token',
  'authorizationToken',
  'client_token',
  // aws sts get-web-identity-token
  'WebIdentityToken',
] as const;
/** What is exact stands before what is not: Azure's `expiresOn` is local time, its `expires_on` needs no zone. */
const EXPIRY_NAMES = [
  'expires_in',
  'expiresIn',
  'ExpiresIn',
  'expires_at',
  'expiresAt',
  'expires_on',
  'expirationTimestamp',
  'expiration',
  'Expiration',
  'token_expiry',
  'expiry',
  'expiresOn',
  'lease_duration',
  'ttl',
] as const;

/** aws sts get-session-token and alike, and aws configure export-credentials. */
const AWS_KEYS = ['/Credentials/SecretAccessKey', '/SecretAccessKey'] as const;

/** What programs print, and what keychains hold: the token alone, or JSON that holds it. */
export function readTokenText(text: string, options: TokenTextOptions): TokenTextResult {
  const trimmed = text.replace(/^\ufeff/, '').trim();
  if (trimmed === '') return faulty('is empty');
  if (options.tokenPointer === null && !/^[{["]/.test(trimmed)) return bare(trimmed);
  let document: unknown;
  try {
    document = JSON.parse(trimmed);
  } catch {
    return faulty(options.tokenPointer === null ? 'begins like JSON but is none' : 'is not JSON');
  }
  if (options.tokenPointer !== null) return pointed(document, options.tokenPointer, options);
  if (typeof document === 'string') return bare(document.trim());
  return isObject(document) ? named(document, options) : faulty('is JSON, but no object');
}

/** A value that has to be the token itself; null when it can be none. */
export function tokenValue(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return /^[\x20-\x7e]+$/.test(trimmed) ? trimmed : null;
}

function bare(text: string): TokenTextResult {
  if (/[\r\n]/.test(text)) return faulty('has several lines');
  if (/\s/.test(text)) return faulty('is several words');
  const accessToken = tokenValue(text);
  return accessToken === null ? faulty('holds characters that no token has') : found({}, accessToken, null);
}

function pointed(document: unknown, tokenPointer: string, options: TokenTextOptions): TokenTextResult {
  const accessToken = tokenValue(followPointer(document, tokenPointer));
  if (accessToken === null) return faulty(`holds no token at "${tokenPointer}"`);
  const beside = followPointer(document, tokenPointer.slice(0, Math.max(0, tokenPointer.lastIndexOf('/'))));
  return withExpiry(document, isObject(beside) ? beside : {}, accessToken, options);
}

function named(root: JsonObject, options: TokenTextOptions): TokenTextResult {
  for (const place of PLACES) {
    const object = place(root);
    if (!isObject(object)) continue;
    for (const name of TOKEN_NAMES) {
      if (object[name] === undefined || isObject(object[name])) continue;
      const accessToken = tokenValue(object[name]);
      if (accessToken === null) return faulty(`holds "${name}", but no token in it`);
      return withExpiry(root, object, accessToken, options);
    }
  }
  if (KUBERNETES_KINDS.includes(root['kind'])) {
    const certificate = followPointer(root, '/status/clientCertificateData') !== undefined;
    return faulty(`is a Kubernetes credential with${certificate ? ' a certificate, and no' : 'out a'} token`);
  }
  if (AWS_KEYS.some((pointer) => followPointer(root, pointer) !== undefined)) {
    return faulty('holds keys that sign requests to AWS, and no token');
  }
  return faulty(`is JSON without ${TOKEN_NAMES.slice(0, 4).join(', ')}`);
}

function withExpiry(
  document: unknown,
  object: JsonObject,
  accessToken: string,
  { expiryPointer, nowMs }: TokenTextOptions,
): TokenTextResult {
  if (expiryPointer === null) {
    const ends = EXPIRY_NAMES.map((name) => readExpiry(object[name], nowMs));
    return found(object, accessToken, ends.find((end) => end !== null) ?? null);
  }
  const end = readExpiry(followPointer(document, expiryPointer), nowMs);
  return end === null ? faulty(`holds no expiry at "${expiryPointer}"`) : found(object, accessToken, end);
}

function found(object: JsonObject, accessToken: string, expiresAtMs: number | null): TokenTextResult {
  // Vault's own types are no schemes.
  const type =
    object['client_token'] === undefined
      ? (object['token_type'] ?? object['tokenType'] ?? object['TokenType'])
      : undefined;
  const { scope } = object;
  return {
    token: {
      accessToken,
      expiresAtMs,
      tokenType: typeof type === 'string' && /^[\w-]{1,40}$/.test(type) ? type.toLowerCase() : 'bearer',
      scope: typeof scope === 'string' && scope !== '' ? scope : null,
    },
    fault: null,
  };
}

function faulty(fault: string): TokenTextResult {
  return { token: null, fault };
}
