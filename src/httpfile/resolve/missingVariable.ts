import { KeyturnError } from '../../base/errors.ts';
import { pathOf } from './pathOf.ts';
import { quotedCode, quotedPart } from './quotedPart.ts';
import { scriptVariables } from './scriptVariables.ts';
import type { HttpFile } from '../parse/tree.ts';

/** Why a name in `{{ }}` has no value; `line` is zero-based. */
export function missingVariable(name: string, tree: HttpFile, at: number): KeyturnError {
  const line = at + 1;
  const isAnswer = /^[\w-]+\.(response|request)\b/.test(name);
  // Its quotes name members.
  const shown = isAnswer ? quotedPart(name) : quotedCode(name);
  const data = { name: shown, line };
  const script = scriptVariables(tree).get(name);
  if (script !== undefined) {
    const message = `The variable ${shown} is set by a script on line ${script + 1}, which has not run.`;
    return new KeyturnError('variable_unknown', message, {
      hint: `Send the request of that script first, or give the variable a value with @${shown} = value, in an environment, or with --var.`,
      data,
    });
  }
  if (isAnswer) {
    const message = `{{${shown}}} on line ${line} asks for a part of an earlier request that Keyturn does not know.`;
    return new KeyturnError('unsupported', message, {
      hint: 'Write name.response.body.$.path, name.response.body.* or name.response.headers.X.',
      data,
    });
  }
  const isHttpyac = tree.dialect === 'httpyac';
  if (!name.startsWith('$') && (/[^\w.-]/.test(name) || (isHttpyac && name.includes('.')))) {
    const message = `{{${shown}}} on line ${line} is an expression, which is not supported yet.`;
    return new KeyturnError('unsupported', message, { data });
  }
  return new KeyturnError('variable_unknown', `The variable ${shown} on line ${line} is not defined.`, {
    hint: 'Define it in the file, in http-client.env.json or in the settings, or choose an environment that does: in the status bar, or with --env.',
    data,
  });
}

/** The name of a variable of the process or of `.env`. */
export interface OutsideName {
  readonly name: string;
  /** The variable whose value the name is (`%by`); the value may be a secret. */
  readonly by?: string;
}

/** A variable that has no value outside of Keyturn's own files. */
export type MissingOutside =
  | { readonly source: 'process' }
  /** `file`: the location of the `.env` that was read; null where there is none. */
  | { readonly source: 'dotenv'; readonly file: string | null };

export function missingProcessVariable(outside: OutsideName, at: number): KeyturnError {
  const { shown, subject } = inWords(outside);
  return new KeyturnError('variable_unknown', `The process has no variable ${shown} (line ${at + 1}).`, {
    hint: `Set ${subject} before the editor or the command starts.`,
    data: { name: shown, line: at + 1, source: 'process' },
  });
}

export function missingDotenvVariable(outside: OutsideName, file: string | null, at: number): KeyturnError {
  const { shown, subject } = inWords(outside);
  const [message, hint] =
    file === null
      ? [
          `No .env file defines the variable ${shown} (line ${at + 1}).`,
          `Write ${subject}=value into a file .env beside the request file or above it.`,
        ]
      : [
          `${pathOf(file)} does not define the variable ${shown} (line ${at + 1}).`,
          `Write ${subject}=value into this file: of several .env files, Keyturn reads the nearest one only.`,
        ];
  return new KeyturnError('variable_unknown', message, {
    hint,
    data: { name: shown, line: at + 1, source: 'dotenv', file },
  });
}

/** Null for every other failure. */
export function missingOutside(error: unknown): MissingOutside | null {
  if (!KeyturnError.is(error, 'variable_unknown')) return null;
  const { source, file } = error.data;
  if (source === 'process') return { source };
  return source === 'dotenv' ? { source, file: typeof file === 'string' ? file : null } : null;
}

function inWords({ name, by }: OutsideName): { shown: string; subject: string } {
  if (by !== undefined) return { shown: `that %${quotedPart(by)} names`, subject: 'NAME' };
  return { shown: quotedPart(name), subject: quotedPart(name) };
}
