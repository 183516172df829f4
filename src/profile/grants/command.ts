import * as v from 'valibot';
import type { Option } from '../options/option.ts';
import { pointerOptions } from '../options/pointers.ts';
import { hasVariable } from '../variables.ts';
import { asksNoServer, type GrantDescriptor, type GrantPage } from './descriptor.ts';

/** Program and arguments; never a shell's line. */
const commandLine: Option<readonly string[] | null> = {
  none: null,
  written: () =>
    v.array(
      v.string('The program and each of its arguments must be a string.'),
      '"command" must be a list: the program, then its arguments.',
    ),
  // An argument that was written as an operand must not become an option: `--config=…` can run other programs.
  fill: (value, fill, refuse) =>
    value.map((written, index) => {
      if (index === 0) return written;
      const filled = fill(written);
      if (filled !== written && isSwitch(filled) && !isSwitch(written)) {
        throw refuse('a variable turns an argument of "command" into an option.');
      }
      return filled;
    }),
  check(value, _name, add) {
    const [program = ''] = value;
    if (program.trim() === '') {
      add('"command" must begin with the name of a program.');
    } else if (hasVariable(program)) {
      add('Write the program here: a variable could replace it.', [0]);
    }
    value.forEach((argument, index) => {
      if (/[\0\r\n]/.test(argument))
        add('The program and its arguments must not contain a line break.', [index]);
    });
  },
};

const options = { command: commandLine };

/** What another program prints. */
export const command = {
  ...asksNoServer,
  name: 'command',
  needs: ['command'],
  options: { ...options, ...pointerOptions },
} as const satisfies GrantDescriptor;

function isSwitch(argument: string): boolean {
  return argument.startsWith('-') || (process.platform === 'win32' && argument.startsWith('/'));
}

export const commandPage: GrantPage<typeof options> = {
  comesFrom: 'another program',
  description: 'Another program prints the token.',
  snippet: {
    label: 'Command',
    description: 'What another program prints',
    body: {
      grant: 'command',
      command: ['${1:gh}', '${2:auth}', '${3:token}'],
      origins: ['${4:https://api.example.com}'],
    },
  },
  options: {
    command: {
      schema: {
        type: 'array',
        minItems: 1,
        items: { type: 'string' },
        description:
          'A program and its arguments. Keyturn runs them in the folder of this file, without a shell, after you allowed exactly this line. The program must not contain {{variables}}.',
        examples: [
          ['gh', 'auth', 'token'],
          ['gcloud', 'auth', 'print-access-token'],
          ['az', 'account', 'get-access-token'],
          ['op', 'read', 'op://vault/item/token'],
        ],
      },
      doc: 'The program, then its arguments. The program must not contain `{{variables}}`, and a variable cannot turn an argument into an option. Required.',
    },
  },
  rows: ['command', 'tokenPointer', 'expiryPointer'],
};
