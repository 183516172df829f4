import { text } from '../options/option.ts';
import { tokenRequestOptions } from '../options/server.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

const options = { deviceAuthorizationEndpoint: text() };

/** RFC 8628. */
export const deviceCode = {
  ...asksServer,
  name: 'device_code',
  needs: ['clientId'],
  options: { ...tokenRequestOptions, ...options },
  signIn: {
    option: 'deviceAuthorizationEndpoint',
    endpoint: 'device_authorization_endpoint',
    posted: 'device_authorization_endpoint',
    redirects: false,
    grantType: 'urn:ietf:params:oauth:grant-type:device_code',
  },
  refresh: 'refresh_token_first',
  downScoped: 'refresh_token',
} as const satisfies GrantDescriptor;

export const deviceCodePage: GrantPage<typeof options> = {
  comesFrom: 'an authorization server; you sign in on any device with a code',
  description: 'A person signs in on any device with a short code (RFC 8628).',
  snippet: {
    label: 'Device code',
    description: 'A person signs in on any device with a short code',
    body: {
      grant: 'device_code',
      issuer: '${1:https://id.example.com}',
      clientId: '$2',
      scope: '$3',
      origins: ['${4:https://api.example.com}'],
    },
  },
  options: {
    deviceAuthorizationEndpoint: {
      schema: {
        type: 'string',
        description: 'Device authorization endpoint (RFC 8628) of a server without discovery.',
        examples: ['https://id.example.com/oauth/device'],
      },
      doc: 'For a server without discovery.',
    },
  },
  rows: [],
};
