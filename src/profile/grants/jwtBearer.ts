import { tokenRequestOptions } from '../options/server.ts';
import { authenticationOptions, keyOptions, signedJwtOptions } from '../options/signing.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** RFC 7523 section 2.1. */
export const jwtBearer = {
  ...asksServer,
  name: 'jwt_bearer',
  needs: [],
  options: {
    ...tokenRequestOptions,
    ...signedJwtOptions,
    ...keyOptions,
    assertionAudience: authenticationOptions.assertionAudience,
  },
  secrets: ['private_key'],
  obtainedWith: ['private_key'],
  lacks: ({ clientId, claims }) =>
    clientId === null && claims?.['iss'] === undefined
      ? 'The grant jwt_bearer needs a "clientId", or the claim "iss" of the assertion.'
      : null,
} as const satisfies GrantDescriptor;

export const jwtBearerPage: GrantPage<unknown> = {
  comesFrom: 'an authorization server, for a JWT that Keyturn signs',
  description:
    'Keyturn sends a signed JWT and gets a token for it (RFC 7523 section 2.1), as service accounts do.',
  snippet: {
    label: 'JWT bearer',
    description: 'A signed JWT for a token, as service accounts do',
    body: {
      grant: 'jwt_bearer',
      tokenEndpoint: '${1:https://id.example.com/oauth/token}',
      claims: { iss: '$2', scope: '$3', aud: '${4:https://id.example.com/oauth/token}' },
      origins: ['${5:https://api.example.com}'],
    },
  },
  options: {},
  rows: ['claims', 'algorithm', 'keyId', 'lifetime', 'assertionAudience', 'keyFile'],
};
