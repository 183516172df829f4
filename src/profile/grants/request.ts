import { hasVariable } from '../variables.ts';
import { text } from '../options/option.ts';
import type { Option } from '../options/option.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** `auth.http#login`: a request of a file beside keyturn.json, by its name. */
const requestName = text((value, name) => {
  const [, file = ''] = /^([^#]+)#[\w-]+$/.exec(value) ?? [];
  return /^[/\\]|^[A-Za-z]+:/.test(file) || !/\.(?:http|rest)$/i.test(file)
    ? `"${name}" must name a request of a file beside this one, such as "auth.http#login".`
    : null;
});

/** Where the answer holds a value. A value itself would be a secret in a file that is shared. */
const place: Option<string | null> = {
  ...text(),
  check(value, name, add) {
    if (hasVariable(value) || value.startsWith('$') || /^header:\s*[\w!#$%&'*+.^`|~-]+$/i.test(value)) return;
    add(
      `"${name}" says where the answer holds it: a JSONPath such as "$.data.token", or "header:" and a name.`,
      [],
      'secret_in_file',
    );
  },
};

const options = {
  request: requestName,
  accessToken: place,
  expiresIn: place,
  expiresAt: place,
  refreshToken: place,
  refreshRequest: requestName,
};

/** The answer of a login that stands in a `.http` file. */
export const request = {
  ...asksServer,
  name: 'request',
  from: 'request',
  uses: [],
  needs: ['request', 'accessToken'],
  options,
  refresh: 'refresh_token_first',
  downScoped: null,
  obtainedWith: [],
  perEnvironment: true,
  lacks({ options: { refreshToken, refreshRequest } }) {
    if (refreshRequest !== null && refreshToken === null)
      return 'With "refreshRequest", the grant request needs "refreshToken": where the answer holds it.';
    return refreshToken !== null && refreshRequest === null
      ? 'With "refreshToken", the grant request needs "refreshRequest": the request that refreshes the token.'
      : null;
  },
} as const satisfies GrantDescriptor;

const requestPattern = '\\{\\{|^[^#/\\\\:][^#:]*\\.([hH][tT][tT][pP]|[rR][eE][sS][tT])#[A-Za-z0-9_-]+$';
const placePattern = '\\{\\{|^\\$|^[hH][eE][aA][dD][eE][rR]:';

export const requestPage: GrantPage<typeof options> = {
  comesFrom: 'the answer of a login request in a `.http` file',
  description: 'A request of a .http file logs in, and its answer holds the token.',
  snippet: {
    label: 'Login request',
    description: 'The answer of a login in a .http file',
    body: {
      grant: 'request',
      request: '${1:auth.http#login}',
      accessToken: '${2:$.data.token}',
      origins: ['${3:https://api.example.com}'],
    },
  },
  options: {
    request: {
      schema: {
        type: 'string',
        description:
          'The login: a .http file, relative to this file and inside its workspace, "#" and the name of the request.',
        examples: ['auth.http#login'],
        pattern: requestPattern,
      },
      doc: 'The login: a `.http` file, relative to `keyturn.json` and inside its workspace, `#` and the name of the request. Required.',
    },
    accessToken: {
      schema: {
        type: 'string',
        description:
          'Where the answer holds the token: a JSONPath (RFC 9535), or "header:" and the name of a header.',
        examples: ['$.data.token', 'header:X-Auth-Token'],
        pattern: placePattern,
      },
      doc: 'Where the answer holds the token: a JSONPath (RFC 9535) such as `$.data.token`, or `header:X-Auth-Token`. Required.',
    },
    expiresIn: {
      schema: {
        type: 'string',
        description: 'Where the answer says how many seconds the token is valid.',
        examples: ['$.data.expires', '$.expires_in'],
        pattern: placePattern,
      },
      doc: 'Where the answer says how many seconds the token is valid.',
    },
    expiresAt: {
      schema: {
        type: 'string',
        description:
          'Where the answer says when the token expires: seconds or milliseconds since 1970, or a date in ISO 8601. "expiresIn" takes precedence.',
        examples: ['$.data.expiresAt'],
        pattern: placePattern,
      },
      doc: 'Where it says when the token expires: seconds or milliseconds since 1970, or a date in ISO 8601. `expiresIn` takes precedence.',
    },
    refreshToken: {
      schema: {
        type: 'string',
        description: 'Where the answer holds the refresh token. Needs "refreshRequest".',
        examples: ['$.data.refresh'],
        pattern: placePattern,
      },
      doc: 'Where the answer holds the refresh token.',
    },
    refreshRequest: {
      schema: {
        type: 'string',
        description:
          'The request that refreshes the token, written like "request". It holds {{$refreshToken}}. Its answer is read like that of the login.',
        examples: ['auth.http#refresh'],
        pattern: requestPattern,
      },
      doc: 'The request that refreshes the token, written like `request`. It holds `{{$refreshToken}}`, and its answer is read like that of the login.',
    },
  },
  rows: ['request', 'accessToken', 'expiresIn', 'expiresAt', 'refreshToken', 'refreshRequest'],
};
