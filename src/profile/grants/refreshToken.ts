import { tokenRequestOptions } from '../options/server.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** RFC 6749 section 6: a person pastes the first refresh token. */
export const refreshToken = {
  ...asksServer,
  name: 'refresh_token',
  needs: ['clientId'],
  options: tokenRequestOptions,
  clientAuthentication: 'client_secret_basic',
  pasted: 'refresh_token',
  refresh: 'refresh_token_only',
  downScoped: 'refresh_token',
} as const satisfies GrantDescriptor;

export const refreshTokenPage: GrantPage<unknown> = {
  comesFrom: 'an authorization server, for a refresh token that you paste',
  description: 'You paste a refresh token once; Keyturn obtains access tokens with it (RFC 6749 section 6).',
  snippet: {
    label: 'Refresh token',
    description: 'Access tokens from a refresh token that is pasted once',
    body: {
      grant: 'refresh_token',
      issuer: '${1:https://id.example.com}',
      clientId: '$2',
      origins: ['${3:https://api.example.com}'],
    },
  },
  options: {},
  rows: [],
};
