import { keyOptions, signedJwtOptions } from '../options/signing.ts';
import { asksNoServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** A JWT that Keyturn signs itself with a key of the secret store. */
export const selfSigned = {
  ...asksNoServer,
  name: 'self_signed',
  from: 'keyturn',
  needs: [],
  options: { ...signedJwtOptions, ...keyOptions },
  secrets: ['private_key'],
  obtainedWith: ['private_key'],
} as const satisfies GrantDescriptor;

export const selfSignedPage: GrantPage<unknown> = {
  comesFrom: 'Keyturn, which signs a JWT with your key',
  description: 'The token is a JWT that Keyturn signs with your own key.',
  snippet: {
    label: 'Self-signed JWT',
    description: 'A JWT signed here with your own key',
    body: {
      grant: 'self_signed',
      algorithm: '${1:RS256}',
      claims: { iss: '$2', sub: '$3' },
      lifetime: 300,
      origins: ['${4:https://api.example.com}'],
    },
  },
  options: {},
  rows: [],
};
