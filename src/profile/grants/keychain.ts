import { filledText } from '../options/option.ts';
import { pointerOptions } from '../options/pointers.ts';
import { asksNoServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

const options = { keychainService: filledText(), keychainAccount: filledText() };

/** An entry of the system's keychain that another tool keeps. */
export const keychain = {
  ...asksNoServer,
  name: 'keychain',
  needs: ['keychainService'],
  options: { ...options, ...pointerOptions },
  obtainedWith: null,
  askedAtEachUse: true,
} as const satisfies GrantDescriptor;

export const keychainPage: GrantPage<typeof options> = {
  comesFrom: "an entry of the system's keychain that another tool wrote",
  description: "An entry of the system's keychain that another tool wrote.",
  snippet: {
    label: 'Keychain entry',
    description: 'An entry that another tool keeps',
    body: {
      grant: 'keychain',
      keychainService: '$1',
      keychainAccount: '$2',
      origins: ['${3:https://api.example.com}'],
    },
  },
  options: {
    keychainService: {
      schema: {
        type: 'string',
        description: 'Service under which the other tool keeps the entry.',
        examples: ['gh:github.com'],
        minLength: 1,
      },
      doc: 'Service under which the other tool keeps the entry.',
    },
    keychainAccount: {
      schema: {
        type: 'string',
        description:
          'Account under which the other tool keeps the entry. Without it: the first entry of the service, for tools that store no account.',
        examples: ['zoe'],
        minLength: 1,
      },
      doc: 'Account under which the other tool keeps the entry.',
    },
  },
  rows: [],
};
