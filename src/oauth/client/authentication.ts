import {
  ClientSecretPost,
  None,
  TlsClientAuth,
  type AuthorizationServer,
  type ClientAuth,
} from 'oauth4webapi';
import { randomUUID } from 'node:crypto';
import { KeyturnError } from '../../base/errors.ts';
import { formEncodedSecret } from '../../redaction/secretForms.ts';
import type { GrantContext } from '../../token/grant.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { signJwt } from '../../profile/keys/signJwt.ts';
import { signingKey, type SigningKey } from '../../profile/keys/signingKey.ts';
import { assertionAudiences } from './assertionAudience.ts';
import { certificateThumbprint } from './certificate.ts';
import { proofTime } from './dpop.ts';
import type { GrantTools } from '../grant.ts';
import type { PostedEndpoint } from '../server/server.ts';

/** RFC 7523 section 2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds that an assertion is valid; it is used at once, and only once. */
const ASSERTION_LIFETIME = 60;

/** What is needed to prove who the client is. */
export type ClientTools = Pick<GrantTools, 'clocks' | 'files' | 'register'>;

/** One way to prove who the client is; servers differ in which they take. */
export interface ClientWay {
  /** Names the same way at every endpoint. */
  readonly name: string;
  readonly authentication: ClientAuth;
}

/** How the client proves itself, with all that is needed for it at hand. */
export interface ClientAuthenticator {
  /** For an endpoint of the server: what the standard has first, then what servers that deviate want. Never empty. */
  ways(server: AuthorizationServer, endpoint: PostedEndpoint): readonly ClientWay[];
}

/**
 * How the client proves itself at an endpoint (RFC 6749 section 2.3); asks for a secret only if it is needed. With
 * `tls_client_auth` the proof is in the connection: see `withClientCertificate`. Fails with `secret_missing`,
 * `key_invalid`, `file_unreadable` or `profile_invalid`.
 */
export async function authenticateClient(
  profile: TokenProfile,
  context: Pick<GrantContext, 'secret'>,
  tools: ClientTools,
): Promise<ClientAuthenticator> {
  if (profile.clientId === null) return always(withoutClient(profile));
  switch (profile.clientAuthentication) {
    case 'client_secret_basic':
      return basic(profile.clientId, await context.secret('client_secret'));
    case 'client_secret_post':
      return always(ClientSecretPost(await context.secret('client_secret')));
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
      return always(TlsClientAuth());
    case 'none':
      return always(None());
  }
}

function always(authentication: ClientAuth): ClientAuthenticator {
  return { ways: () => [{ name: 'only', authentication }] };
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
 * without decoding it. Where that makes a difference, the second way is as RFC 7617 has it. An id with a colon cannot
 * be sent so.
 */
function basic(id: string, secret: string): ClientAuthenticator {
  const encoded = `${formEncodedSecret(id)}:${formEncodedSecret(secret)}`;
  const raw = `${id}:${secret}`;
  const way = (name: string, credentials: string): ClientWay => ({
    name,
    authentication: (_server, _client, _body, headers) => {
      headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
    },
  });
  const ways = [way('encoded', encoded)];
  if (raw !== encoded && !id.includes(':')) ways.push(way('raw', raw));
  return { ways: () => ways };
}

/**
 * RFC 7523 section 2.2; the key is made when it is known what the server takes. Without `nbf`, and made a moment ago: a
 * server that allows for no difference of clocks would take it to come from the future.
 */
function assertion(
  profile: TokenProfile,
  { clocks, register }: ClientTools,
  keyFor: (supported: readonly string[]) => Promise<SigningKey>,
  header: Readonly<Record<string, string>> = {},
): ClientAuthenticator {
  const meantFor =
    (audience: string, endpoint: PostedEndpoint): ClientAuth =>
    async (server, { client_id: id }, body) => {
      const key = await keyFor(server.token_endpoint_auth_signing_alg_values_supported ?? []);
      const madeAt = proofTime(clocks.now(server[endpoint]));
      const claims = {
        iss: id,
        sub: id,
        aud: audience,
        jti: randomUUID(),
        iat: madeAt,
        exp: madeAt + ASSERTION_LIFETIME,
      };
      const jwt = await signJwt(profile.name, key, claims, header);
      register(jwt, `assertion of ${profile.name}`);
      body.set('client_id', id);
      body.set('client_assertion_type', ASSERTION_TYPE);
      body.set('client_assertion', jwt);
    };
  return {
    ways: (server, endpoint) =>
      assertionAudiences(profile, server, endpoint).map(({ name, value }) => ({
        name,
        authentication: meantFor(value, endpoint),
      })),
  };
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
