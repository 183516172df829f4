import * as v from 'valibot';
import { parseUrl } from '../../base/url.ts';
import { filledText, mapValues, seconds, text, type Option } from '../options/option.ts';
import { tokenRequestOptions } from '../options/server.ts';
import { isLoopback } from '../origin.ts';
import { isSecretProperty } from '../secretProperty.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** Parameters of the authorization request that are made for each sign-in, or that a property says. */
const OWN_PARAMETERS: Readonly<Record<string, string | null>> = {
  acr_values: 'acrValues',
  audience: 'audience',
  client_id: 'clientId',
  code_challenge: null,
  code_challenge_method: null,
  dpop_jkt: null,
  login_hint: 'loginHint',
  max_age: 'maxAge',
  nonce: null,
  prompt: 'prompt',
  redirect_uri: 'redirectUri',
  request: null,
  request_uri: null,
  resource: 'resource',
  response_mode: null,
  response_type: null,
  scope: 'scope',
  state: null,
};

const parameters: Option<Readonly<Record<string, string>> | null> = {
  none: null,
  written: () =>
    v.record(
      v.string(),
      v.string('A parameter of the authorization request must be a string.'),
      '"authorizationParameters" must be an object of strings.',
    ),
  fill: (value, fill) => mapValues(value, (item) => fill(item)),
  check(value, _name, add) {
    for (const name of Object.keys(value)) {
      const property = Object.hasOwn(OWN_PARAMETERS, name) ? OWN_PARAMETERS[name] : undefined;
      if (name === '') {
        add('A parameter of the authorization request needs a name.', [name]);
      } else if (property === null) {
        add('Keyturn creates this parameter for each sign-in: remove it.', [name]);
      } else if (property !== undefined) {
        add(`Write this parameter as the property "${property}".`, [name]);
      } else if (isSecretProperty(name)) {
        const message = 'Keyturn never sends a secret through the browser: remove this parameter.';
        add(message, [name], 'secret_in_file');
      }
    }
  },
};

const options = {
  authorizationEndpoint: text(),
  /**
   * Where the browser comes back to. `editor`: the editor's own address; `loopback`: a listener on this computer
   * (RFC 8252 section 7.3), or its fixed address such as `http://127.0.0.1:8400/callback`; null: what works here.
   */
  redirectUri: text((value) =>
    value === 'editor' || value === 'loopback' || isPlainLoopback(value)
      ? null
      : '"redirectUri" must be "editor", "loopback" or an address of this computer, such as "http://127.0.0.1:8400/callback".',
  ),
  prompt: filledText(),
  loginHint: filledText(),
  acrValues: filledText(),
  /** Seconds. */
  maxAge: seconds(0),
  /** Further parameters of the authorization request. */
  authorizationParameters: parameters,
};

/** RFC 6749 section 4.1 with PKCE (RFC 7636). */
export const authorizationCode = {
  ...asksServer,
  name: 'authorization_code',
  needs: ['clientId'],
  options: { ...tokenRequestOptions, ...options },
  signIn: {
    option: 'authorizationEndpoint',
    endpoint: 'authorization_endpoint',
    posted: 'pushed_authorization_request_endpoint',
    redirects: true,
    grantType: 'authorization_code',
  },
  refresh: 'refresh_token_first',
  downScoped: 'refresh_token',
} as const satisfies GrantDescriptor;

function isPlainLoopback(address: string): boolean {
  const url = parseUrl(address);
  return (
    url?.protocol === 'http:' &&
    isLoopback(url) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  );
}

export const authorizationCodePage: GrantPage<typeof options> = {
  comesFrom: 'an authorization server; you sign in with a browser',
  description: 'A person signs in with a browser (RFC 6749 section 4.1, always with PKCE).',
  snippet: {
    label: 'Authorization code',
    description: 'A person signs in with a browser',
    body: {
      grant: 'authorization_code',
      issuer: '${1:https://id.example.com}',
      clientId: '$2',
      scope: '$3',
      origins: ['${4:https://api.example.com}'],
    },
  },
  options: {
    authorizationEndpoint: {
      schema: {
        type: 'string',
        description: 'Authorization endpoint of a server without discovery.',
        examples: ['https://id.example.com/oauth/authorize'],
      },
      doc: 'For a server without discovery.',
    },
    redirectUri: {
      schema: {
        type: 'string',
        description:
          "Where the browser returns: the editor's own address, a listener on this computer, or a fixed address of this computer. Without it: the first of these that works.",
        examples: ['editor', 'loopback', 'http://127.0.0.1:8400/callback'],
        pattern:
          '\\{\\{|^editor$|^loopback$|^http://(127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1\\]|([a-z0-9-]+\\.)*localhost)(:\\d+)?(/[^?#]*)?$',
      },
      doc: 'Where the browser returns: `editor`, `loopback`, or a fixed address of this computer.',
    },
    prompt: {
      schema: {
        type: 'string',
        description: 'How the server should ask, as OpenID Connect defines it.',
        examples: ['login', 'consent', 'select_account'],
        minLength: 1,
      },
      doc: 'How the server should ask: `login`, `consent`, `select_account`.',
    },
    loginHint: {
      schema: {
        type: 'string',
        description: 'Who will sign in, such as an email address. The server fills in its form with it.',
        examples: ['zoe@example.com'],
        minLength: 1,
      },
      doc: 'Who will sign in, such as an email address.',
    },
    acrValues: {
      schema: {
        type: 'string',
        description: 'Authentication context classes to request, separated by spaces.',
        minLength: 1,
      },
      doc: 'Authentication context classes to request, separated by spaces.',
    },
    maxAge: {
      schema: {
        type: 'integer',
        minimum: 0,
        description: 'Longest time since the last sign-in, in seconds.',
      },
      doc: 'Longest time since the last sign-in, in seconds.',
    },
    authorizationParameters: {
      schema: {
        type: 'object',
        description:
          'Further parameters of the authorization request. Keyturn sets those of the protocol itself.',
        additionalProperties: { type: 'string' },
        propertyNames: { minLength: 1, not: { enum: /* @__PURE__ */ Object.keys(OWN_PARAMETERS) } },
        examples: [{ kc_idp_hint: 'github' }],
      },
      doc: 'Further parameters of the request, such as `{"kc_idp_hint": "github"}`. Keyturn sets those of the protocol itself.',
    },
  },
  // Without the mark the whole page would be in every bundle.
  rows: /* @__PURE__ */ Object.keys(options),
};
