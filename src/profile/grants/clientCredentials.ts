import { tokenRequestOptions } from '../options/server.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** RFC 6749 section 4.4. */
export const clientCredentials = {
  ...asksServer,
  name: 'client_credentials',
  needs: ['clientId'],
  options: tokenRequestOptions,
  clientAuthentication: 'client_secret_basic',
  obtainedWith: ['client_secret', 'private_key'],
} as const satisfies GrantDescriptor;

export const clientCredentialsPage: GrantPage<unknown> = {
  comesFrom: 'an authorization server, for the client itself',
  description: 'The client asks its authorization server for a token of its own (RFC 6749 section 4.4).',
  snippet: {
    label: 'Client credentials',
    description: 'A token of an OAuth client',
    body: {
      grant: 'client_credentials',
      issuer: '${1:https://id.example.com}',
      clientId: '$2',
      scope: '$3',
      origins: ['${4:https://api.example.com}'],
    },
  },
  options: {},
  rows: [],
};
