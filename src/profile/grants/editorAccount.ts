import { filledText } from '../options/option.ts';
import { asksNoServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

const options = {
  /** Id of an authentication provider of the editor, such as `github`. */
  provider: filledText(),
};

/** An account that the editor is signed in to. */
export const editorAccount = {
  ...asksNoServer,
  name: 'editor_account',
  needs: ['provider'],
  uses: ['scope'],
  options,
  downScoped: 'obtain',
  shared: true,
} as const satisfies GrantDescriptor;

export const editorAccountPage: GrantPage<typeof options> = {
  comesFrom: 'an account that the editor is signed in to',
  description: 'The token of an account that the editor is signed in to.',
  snippet: {
    label: 'Editor account',
    description: 'An account that the editor is signed in to',
    body: {
      grant: 'editor_account',
      provider: '${1:github}',
      scope: '${2:repo}',
      origins: ['${3:https://api.example.com}'],
    },
  },
  options: {
    provider: {
      schema: {
        type: 'string',
        description: 'Id of an account provider of the editor.',
        examples: ['github', 'microsoft'],
        minLength: 1,
      },
      doc: 'Id of an account provider of the editor, such as `github` or `microsoft`.',
    },
  },
  rows: [],
};
