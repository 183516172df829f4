import type { OptionPage, OptionPages } from './page.ts';
import { flag, text } from './option.ts';

/** What verifying, introspecting and revoking use, however the token came. */
export const inspectionOptions = {
  introspectionEndpoint: text(),
  revocationEndpoint: text(),
  jwksUri: text(),
};

/** What every request to a token endpoint may use. */
export const tokenRequestOptions = {
  /** Tokens are bound to a key of ours (RFC 9449). */
  dpop: flag,
};

/** Properties of the profile itself that not every grant uses. */
export const OWN_PROPERTIES = [
  'issuer',
  'tokenEndpoint',
  'clientId',
  'scope',
  'audience',
  'resource',
] as const;

export type OwnProperty = (typeof OWN_PROPERTIES)[number];

export const ownPages: Readonly<Record<OwnProperty, OptionPage>> = {
  issuer: {
    schema: {
      type: 'string',
      suggestSortText: '1',
      description:
        'Issuer of the token, exactly as the server names itself. Its endpoints are found by OpenID Connect Discovery or RFC 8414.',
      examples: ['https://id.example.com'],
    },
    doc: 'The issuer, exactly as the server names itself. Its endpoints are found by OpenID Connect Discovery, else by RFC 8414.',
  },
  tokenEndpoint: {
    schema: {
      type: 'string',
      description: 'Token endpoint of a server without discovery.',
      examples: ['https://id.example.com/oauth/token'],
    },
    doc: "The token endpoint, for a server without discovery. It takes precedence over the issuer's.",
  },
  clientId: {
    schema: {
      type: 'string',
      minLength: 1,
      suggestSortText: '2',
      description: 'Id of the OAuth client.',
      examples: ['viewer'],
    },
    doc: 'Id of the OAuth client.',
  },
  scope: {
    schema: {
      type: 'string',
      suggestSortText: '3',
      description: 'Scopes to request, separated by spaces.',
      examples: ['reports:read', 'reports:read reports:write'],
    },
    doc: 'Scopes to request, separated by spaces.',
  },
  audience: {
    schema: {
      type: 'string',
      suggestSortText: '7',
      description:
        'Audience to request, for servers that know this parameter. A verification expects it in the token.',
      examples: ['https://api.example.com'],
    },
    doc: 'Audience to request, for servers that know this parameter.',
  },
  resource: {
    schema: {
      type: 'string',
      description: 'Resource that the token is for (RFC 8707): an absolute URI.',
      examples: ['https://api.example.com'],
    },
    doc: 'Resource that the token is for (RFC 8707): an absolute URI without a fragment.',
  },
};

export const inspectionPages: OptionPages<typeof inspectionOptions> = {
  introspectionEndpoint: {
    schema: {
      type: 'string',
      description: 'Introspection endpoint (RFC 7662) of a server without discovery.',
      examples: ['https://id.example.com/oauth/introspect'],
    },
    doc: 'For a server without discovery: where tokens are introspected (RFC 7662).',
  },
  revocationEndpoint: {
    schema: {
      type: 'string',
      description: 'Revocation endpoint (RFC 7009) of a server without discovery.',
      examples: ['https://id.example.com/oauth/revoke'],
    },
    doc: 'For a server without discovery: where tokens are revoked (RFC 7009).',
  },
  jwksUri: {
    schema: {
      type: 'string',
      description: 'Where the issuer publishes its keys, for a server without discovery.',
      examples: ['https://id.example.com/.well-known/jwks.json'],
    },
    doc: 'For a server without discovery: where the issuer publishes its keys.',
  },
};

export const tokenRequestPages: OptionPages<typeof tokenRequestOptions> = {
  dpop: {
    schema: {
      type: 'boolean',
      default: false,
      description:
        'Binds the token to a key that Keyturn creates and keeps in the keychain (RFC 9449). A stolen token is useless without the key.',
    },
    doc: '`true`: the token is bound to a key that Keyturn creates and never sends (RFC 9449). A stolen token is useless then.',
  },
};
