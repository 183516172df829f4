import { asksNoServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** A token that a person pastes. */
export const staticToken = {
  ...asksNoServer,
  name: 'static',
  from: 'person',
  needs: [],
  options: {},
  obtainedWith: null,
  pasted: 'token',
  refresh: 'never',
  keptIn: 'store',
} as const satisfies GrantDescriptor;

export const staticTokenPage: GrantPage<typeof staticToken.options> = {
  comesFrom: 'you: you paste it',
  description: 'You paste the token. Keyturn uses it until it expires.',
  snippet: {
    label: 'Static token',
    description: 'A token that is pasted',
    body: { grant: 'static', origins: ['${1:https://api.example.com}'] },
  },
  options: {},
  rows: [],
};
