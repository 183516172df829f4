import { parseUrl } from '../../base/url.ts';
import { filledText, text } from '../options/option.ts';
import { tokenRequestOptions } from '../options/server.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** `urn:ietf:params:oauth:token-type:…` */
const tokenType = text((value, name) =>
  parseUrl(value) === null ? `"${name}" must be a URI, such as urn:ietf:params:oauth:token-type:jwt.` : null,
);

const options = {
  /** Names of the profiles whose tokens are exchanged. */
  subjectToken: filledText(),
  subjectTokenType: tokenType,
  actorToken: filledText(),
  actorTokenType: tokenType,
  requestedTokenType: tokenType,
};

/** RFC 8693. */
export const tokenExchange = {
  ...asksServer,
  name: 'token_exchange',
  needs: ['subjectToken'],
  options: { ...tokenRequestOptions, ...options },
  clientAuthentication: 'client_secret_basic_if_client',
  otherTokens: ['subjectToken', 'actorToken'],
} as const satisfies GrantDescriptor;

export const tokenExchangePage: GrantPage<typeof options> = {
  comesFrom: 'an authorization server, for the token of another profile',
  description:
    'Keyturn exchanges the token of another profile for one with less scope, another audience or another subject (RFC 8693).',
  snippet: {
    label: 'Token exchange',
    description: 'The token of another profile, exchanged',
    body: {
      grant: 'token_exchange',
      issuer: '${1:https://id.example.com}',
      clientId: '$2',
      subjectToken: '$3',
      scope: '$4',
      origins: ['${5:https://api.example.com}'],
    },
  },
  options: {
    subjectToken: {
      schema: {
        type: 'string',
        description: 'Name of the profile whose token is exchanged.',
        examples: ['viewer'],
        minLength: 1,
      },
      doc: 'Name of the profile whose token is exchanged.',
    },
    subjectTokenType: {
      schema: {
        type: 'string',
        description: 'Type of the token of "subjectToken". Without it: an access token.',
        examples: [
          'urn:ietf:params:oauth:token-type:access_token',
          'urn:ietf:params:oauth:token-type:id_token',
          'urn:ietf:params:oauth:token-type:jwt',
        ],
      },
      doc: 'A URI such as `urn:ietf:params:oauth:token-type:id_token`. Default: an access token.',
    },
    actorToken: {
      schema: {
        type: 'string',
        description: 'Name of the profile whose token identifies the actor: who acts for the subject.',
        examples: ['service'],
        minLength: 1,
      },
      doc: 'Name of the profile whose token identifies the actor: who acts for the subject.',
    },
    actorTokenType: {
      schema: {
        type: 'string',
        description: 'Type of the token of "actorToken". Without it: an access token.',
        examples: ['urn:ietf:params:oauth:token-type:access_token', 'urn:ietf:params:oauth:token-type:jwt'],
      },
      doc: 'The same for the actor.',
    },
    requestedTokenType: {
      schema: {
        type: 'string',
        description: 'Type of token to request.',
        examples: [
          'urn:ietf:params:oauth:token-type:access_token',
          'urn:ietf:params:oauth:token-type:refresh_token',
        ],
      },
      doc: 'Type of token to request.',
    },
  },
  // Without the mark the whole page would be in every bundle.
  rows: /* @__PURE__ */ Object.keys(options),
};
