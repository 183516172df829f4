import { isSecretVariable } from '../../base/secretVariables.ts';
import { text } from '../options/option.ts';
import { pointerOptions } from '../options/pointers.ts';
import { asksNoServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

const options = {
  variable: text((name) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      return '"variable" must be the name of an environment variable, such as API_TOKEN.';
    }
    return isSecretVariable(name) ? 'This variable belongs to the profile in its name.' : null;
  }),
};

/** A variable of the process's environment. */
export const environment = {
  ...asksNoServer,
  name: 'environment',
  needs: ['variable'],
  options: { ...options, ...pointerOptions },
  askedAtEachUse: true,
} as const satisfies GrantDescriptor;

export const environmentPage: GrantPage<typeof options> = {
  comesFrom: 'an environment variable, for example on a build server',
  description: "A variable of the process's environment, as on a build server.",
  snippet: {
    label: 'Environment variable',
    description: "A variable of the process's environment",
    body: {
      grant: 'environment',
      variable: '${1:API_TOKEN}',
      origins: ['${2:https://api.example.com}'],
    },
  },
  options: {
    variable: {
      schema: {
        type: 'string',
        description: 'Name of the environment variable that holds the token.',
        examples: ['API_TOKEN'],
        pattern: '\\{\\{|^[A-Za-z_][A-Za-z0-9_]*$',
      },
      doc: 'Name of the environment variable that holds the token.',
    },
  },
  rows: [],
};
