import { KeyturnError } from '../errors.ts';
import { normalKey } from './directives.ts';
import { quotedCode, quotedPart } from './quotedPart.ts';
import { scriptVariables } from './scriptVariables.ts';
import type { HttpFile, RequestNode } from './tree.ts';

/** Why a name in `{{ }}` has no value; `line` is zero-based. */
export function missingVariable(
  name: string,
  { tree, node }: { readonly tree: HttpFile; readonly node: Pick<RequestNode, 'metadata'> },
  at: number,
): KeyturnError {
  const line = at + 1;
  const isAnswer = /^[\w-]+\.(response|request)\b/.test(name);
  // Its quotes name members.
  const shown = isAnswer ? quotedPart(name) : quotedCode(name);
  const data = { name: shown, line };
  const asked = node.metadata.find(
    ({ key, value }) => ['prompt', 'secret'].includes(normalKey(key)) && value.split(/\s/, 1)[0] === name,
  );
  if (asked !== undefined) {
    return new KeyturnError('unsupported', `# @${asked.key} ${shown} is not supported yet.`, {
      hint: `Define it in the file instead: @${shown} = value.`,
      data,
    });
  }
  const script = scriptVariables(tree).get(name);
  if (script !== undefined) {
    const message = `The variable ${shown} is set by a script on line ${script + 1}, which is not run yet.`;
    return new KeyturnError('unsupported', message, {
      hint: `Give it a value with @${shown} = value, in an environment, or with --var.`,
      data,
    });
  }
  if (isAnswer) {
    const message = `{{${shown}}} on line ${line} uses an earlier response, which is not supported yet.`;
    return new KeyturnError('unsupported', message, { data });
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

/** Why `$processEnv` or `$dotenv` has no value: nothing in the file or an environment can give it one. */
export function missingOutside(place: 'process' | 'dotenv', name: string, at: number): KeyturnError {
  const shown = quotedPart(name);
  const [message, hint] =
    place === 'process'
      ? [
          `The process has no variable ${shown} (line ${at + 1}).`,
          `Set ${shown} before the editor or the command starts.`,
        ]
      : [
          `No .env file defines the variable ${shown} (line ${at + 1}).`,
          `Write ${shown}=value into a file .env beside the request file or above it.`,
        ];
  return new KeyturnError('variable_unknown', message, {
    hint,
    data: { name: shown, line: at + 1, outside: true },
  });
}
