import { filledText } from '../options/option.ts';
import { tokenRequestOptions } from '../options/server.ts';
import { asksServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

const options = { username: filledText() };

/** RFC 6749 section 4.3. The password goes over the wire as seldom as can be: a refresh token comes first. */
export const password = {
  ...asksServer,
  name: 'password',
  needs: ['username'],
  options: { ...tokenRequestOptions, ...options },
  secrets: ['password'],
  obtainedWith: ['password'],
  refresh: 'refresh_token_first',
  discouraged:
    'The password grant hands the password of a person to this client and must not be used (RFC 9700 section 2.4): prefer authorization_code.',
} as const satisfies GrantDescriptor;

export const passwordPage: GrantPage<typeof options> = {
  comesFrom: 'an authorization server, for a user name and password',
  description:
    'Keyturn sends the name and password of a person and gets a token for them. Discouraged: RFC 9700 section 2.4 says that it must not be used.',
  snippet: null,
  options: {
    username: {
      schema: {
        type: 'string',
        description: 'User whose password Keyturn asks for.',
        examples: ['zoe'],
        minLength: 1,
      },
      doc: 'User whose password Keyturn asks for.',
    },
  },
  rows: [],
};
