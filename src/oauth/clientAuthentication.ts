import {
  ClientSecretPost,
  None,
  TlsClientAuth,
  type AuthorizationServer,
  type ClientAuth,
} from 'oauth4webapi';
import { randomUUID } from 'node:crypto';
import { KeyturnError } from '../errors.ts';
import { formEncodedSecret } from '../secretForms.ts';
import type { GrantContext } from '../token/grant.ts';
import type { TokenProfile } from '../token/profile.ts';
import { signJwt } from '../token/signJwt.ts';
import { signingKey, type SigningKey } from '../token/signingKey.ts';
import { certificateThumbprint } from './clientCertificate.ts';
import type { GrantTools } from './grant.ts';

/** RFC 7523 section 2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds that an assertion is valid; it is used at once, and only once. */
const ASSERTION_LIFETIME = 60;

/** What is needed to prove who the client is. */
export type ClientTools = Pick<GrantTools, 'clocks' | 'files' | 'register'>;

/**
 * How the client proves itself at an endpoint (RFC 6749 section 2.3); asks for a secret only if it is needed. With
 * `tls_client_auth` the proof is in the connection: see `withClientCertificate`. Fails with `secret_missing`,
 * `key_invalid`, `file_unreadable` or `profile_invalid`.
 */
export async function authenticateClient(
  profile: TokenProfile,
  context: Pick<GrantContext, 'secret'>,
  tools: ClientTools,
): Promise<ClientAuth> {
  if (profile.clientId === null) return withoutClient(profile);
  switch (profile.clientAuthentication) {
    case 'client_secret_basic':
      return basic(await context.secret('client_secret'));
    case 'client_secret_post':
      return ClientSecretPost(await context.secret('client_secret'));
    case 'client_secret_jwt': {
      const secret = await context.secret('client_secret');
      const key = new TextEncoder().encode(secret);
      const algorithm = hmacAlgorithm(profile);
      return assertion(profile, tools, () => Promise.resolve({ key, algorithm, keyId: null }));
    }
    case 'private_key_jwt': {
      const thumbprint = await certificateThumbprint(profile, tools);
      const header = thumbprint === null ? {} : { 'x5t#S256': thumbprint };
      return assertion(profile, tools, (preferred) => signingKey(profile, context, tools, preferred), header);
    }
    case 'tls_client_auth':
      return TlsClientAuth();
    case 'none':
      return None();
  }
}

/** An assertion or a password can be enough by itself (RFC 7521 section 4.1). */
function withoutClient({ name, clientAuthentication }: TokenProfile): ClientAuth {
  if (clientAuthentication === 'none') return () => undefined;
  throw new KeyturnError('profile_invalid', `The token profile "${name}" names no client.`, {
    hint: 'Write a "clientId" into keyturn.json.',
  });
}

/**
 * RFC 6749 section 2.3.1. Only what a form has to encode is encoded (appendix B): many servers compare what they get
 * without decoding it.
 */
function basic(secret: string): ClientAuth {
  return (_server, { client_id: id }, _body, headers) => {
    const credentials = Buffer.from(`${formEncodedSecret(id)}:${formEncodedSecret(secret)}`).toString(
      'base64',
    );
    headers.set('authorization', `Basic ${credentials}`);
  };
}

/** RFC 7523 section 2.2; the key is made when it is known what the server takes. */
function assertion(
  profile: TokenProfile,
  { clocks, register }: ClientTools,
  keyFor: (supported: readonly string[]) => Promise<SigningKey>,
  header: Readonly<Record<string, string>> = {},
): ClientAuth {
  return async (server, { client_id: id }, body) => {
    const key = await keyFor(server.token_endpoint_auth_signing_alg_values_supported ?? []);
    const now = Math.floor(clocks.now(server.token_endpoint) / 1000);
    const claims = {
      iss: id,
      sub: id,
      aud: assertionAudience(profile, server),
      jti: randomUUID(),
      iat: now,
      nbf: now,
      exp: now + ASSERTION_LIFETIME,
    };
    const jwt = await signJwt(profile.name, key, claims, header);
    register(jwt, `assertion of ${profile.name}`);
    body.set('client_id', id);
    body.set('client_assertion_type', ASSERTION_TYPE);
    body.set('client_assertion', jwt);
  };
}

/**
 * Whom an assertion is for: the issuer, so that no other server can make use of it, and the token endpoint only where
 * no issuer is known.
 */
export function assertionAudience(
  { issuer }: Pick<TokenProfile, 'issuer'>,
  server: AuthorizationServer,
): string {
  return issuer === null ? (server.token_endpoint ?? server.issuer) : server.issuer;
}

function hmacAlgorithm({ name, options: { algorithm } }: TokenProfile): string {
  if (algorithm === null) return 'HS256';
  if (['HS256', 'HS384', 'HS512'].includes(algorithm)) return algorithm;
  throw new KeyturnError(
    'key_invalid',
    `The client secret of "${name}" does not fit the algorithm ${algorithm}.`,
    {
      hint: 'It signs with HS256, HS384 or HS512; a private key is for private_key_jwt.',
    },
  );
}
