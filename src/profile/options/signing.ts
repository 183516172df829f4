import { choice, filledText, json, seconds, text } from './option.ts';
import type { OptionPages } from './page.ts';

/** What `jose` signs with. `none` is not among them, and never will be (RFC 8725 section 3.2). */
export const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['HS256', 'HS384', 'HS512', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'],
];

/** A JWT that Keyturn signs: an assertion (RFC 7523) or the token itself. */
export const signedJwtOptions = {
  /** Claims of the JWT. */
  claims: json,
  /** Seconds. */
  lifetime: seconds(1),
};

/** The key that signs. */
export const keyOptions = {
  algorithm: text((value) =>
    ALGORITHMS.includes(value)
      ? null
      : '"algorithm" must be a JWS algorithm that signs, such as RS256, ES256 or EdDSA.',
  ),
  keyId: filledText(),
  /** PEM or JWK outside the workspace; null: the key is in the secret store. */
  keyFile: text(),
};

/** How a client proves itself with a certificate, or with an assertion. */
export const authenticationOptions = {
  certificateFile: text(),
  /** Whom the client's assertion is meant for; null: the issuer, then the token endpoint where the server wants that. */
  assertionAudience: choice(
    ['issuer', 'token_endpoint'],
    '"assertionAudience" must be "issuer" or "token_endpoint".',
  ),
};

export const signedJwtPages: OptionPages<typeof signedJwtOptions> = {
  claims: {
    schema: {
      type: 'object',
      description: 'Claims of the JWT that Keyturn signs. Strings may contain {{variables}}.',
      examples: [{ iss: 'reports@example.com', aud: 'https://id.example.com' }],
    },
    doc: 'Claims of the JWT.',
  },
  lifetime: {
    schema: {
      type: 'integer',
      minimum: 1,
      description: 'How long a JWT that Keyturn signs is valid, in seconds.',
      examples: [300, 3600],
    },
    doc: 'How long the JWT is valid, in seconds.',
  },
};

export const keyPages: OptionPages<typeof keyOptions> = {
  algorithm: {
    schema: {
      type: 'string',
      description: 'Signature algorithm of the JWT. Without it: one that fits the key.',
      anyOf: [{ enum: ALGORITHMS }, { pattern: '\\{\\{' }],
    },
    doc: 'Signature algorithm: RS256, PS256, ES256, EdDSA, ML-DSA-44 and similar. Default: one that fits the key.',
  },
  keyId: {
    schema: {
      type: 'string',
      description: 'The "kid" of the key that signs.',
      examples: ['2026-01'],
      minLength: 1,
    },
    doc: 'The `kid` of the key.',
  },
  keyFile: {
    schema: {
      type: 'string',
      description:
        'Private key as PEM or JWK: an absolute path or one that begins with ~/, outside the folder of this file. Without it, Keyturn asks for the key once and keeps it in the keychain.',
      examples: ['~/keys/reports.pem'],
    },
    doc: 'The private key as PEM or JWK ([key files](#key-files)). Without it Keyturn asks for the key once.',
  },
};

export const authenticationPages: OptionPages<typeof authenticationOptions> = {
  certificateFile: {
    schema: {
      type: 'string',
      description:
        'Client certificate as PEM: an absolute path or one that begins with ~/. With private_key_jwt the certificate of the key, for servers that find the key by its thumbprint.',
      examples: ['~/keys/reports.crt'],
    },
    doc: 'The certificate of the client as PEM; see [Key files](#key-files).',
  },
  assertionAudience: {
    schema: {
      type: 'string',
      enum: ['issuer', 'token_endpoint'],
      description:
        'Audience ("aud") of the signed assertion. Without it: the issuer; if the server refuses that, Keyturn tries the token endpoint.',
    },
    doc: '`issuer` or `token_endpoint`: the audience (`aud`) of the assertion.',
  },
};
