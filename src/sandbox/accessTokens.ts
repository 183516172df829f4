import { compactDecrypt, createRemoteJWKSet, jwtVerify, type CryptoKey } from 'jose';
import * as v from 'valibot';
import { signingAlgorithm } from './issuer.ts';
import { apiClient } from './learningClients.ts';

export interface AccessTokenOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Opens encrypted access tokens. */
  readonly decryptionKey: CryptoKey;
}

const claimsSchema = v.object({
  client_id: v.string(),
  scope: v.optional(v.string(), ''),
  acr: v.optional(v.string()),
  /** Seconds since the epoch. */
  iat: v.number(),
  /** Seconds since the epoch. */
  auth_time: v.optional(v.number()),
  cnf: v.optional(v.object({ jkt: v.string() })),
});
export type AccessTokenClaims = v.InferOutput<typeof claimsSchema>;

const introspectionSchema = v.object({ active: v.boolean(), aud: v.optional(v.string()) });

/**
 * Reads access tokens in every form that the sandbox's issuer has: JWT (RFC 9068), the same encrypted, and opaque
 * ones, of which it asks the issuer (RFC 7662). Rejects whatever is not valid for the API.
 */
export function createTokenReader(
  options: AccessTokenOptions,
): (token: string) => Promise<AccessTokenClaims> {
  const { issuer, audience, decryptionKey } = options;
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const credentials = btoa(`${apiClient.id}:${apiClient.secret}`);

  async function verify(token: string): Promise<unknown> {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: [signingAlgorithm],
      requiredClaims: ['exp'],
    });
    return payload;
  }

  async function introspect(token: string): Promise<unknown> {
    const response = await fetch(`${issuer}/token/introspection`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}`, accept: 'application/json' },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    });
    const answer: unknown = await response.json();
    const { active, aud } = v.parse(introspectionSchema, answer);
    if (!active || aud !== audience) throw new Error('The token is not active here.');
    return answer;
  }

  return async (token) => {
    const parts = token.split('.').length;
    if (parts === 1) return v.parse(claimsSchema, await introspect(token));
    if (parts !== 5) return v.parse(claimsSchema, await verify(token));
    const { plaintext } = await compactDecrypt(token, decryptionKey);
    return v.parse(claimsSchema, await verify(new TextDecoder().decode(plaintext)));
  };
}
