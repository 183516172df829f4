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
    "A person's name and password are given for a token. Discouraged: RFC 9700 section 2.4 says that it must not be used.",
  snippet: null,
  options: {
    username: {
      schema: {
        type: 'string',
        description: 'Whose password is asked for.',
        examples: ['zoe'],
        minLength: 1,
      },
      doc: 'Whose password is asked for.',
    },
  },
  rows: [],
};
