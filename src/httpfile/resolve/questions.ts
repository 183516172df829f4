import { KeyturnError } from '../../base/errors.ts';
import { isSecretVariableName } from '../../redaction/credentialNames.ts';
import { normalKey } from '../parse/directives.ts';
import { quotedCode, quotedPart } from './quotedPart.ts';
import type { MetadataNode } from '../parse/tree.ts';

/** A value that a request asks the person for. */
export interface ValueQuestion {
  /** The variable, or the text of `{{$input text}}`; `--var` answers by this name. */
  readonly name: string;
  /** What the file says of it; empty where it says nothing. */
  readonly description: string;
  /** The answer is a secret. */
  readonly masked: boolean;
  /** Empty where any text is an answer. */
  readonly choices: readonly string[];
  /** What the file proposes; empty for nothing. */
  readonly initial: string;
  /** One answer holds for all requests of a session (`-askonce`). */
  readonly once: boolean;
}

/** `# @prompt name description` of REST Client and kulala, and kulala's `# @secret`, in their order. */
export function promptsIn(metadata: readonly MetadataNode[]): ValueQuestion[] {
  return metadata.flatMap(({ key, value }) => {
    const normal = normalKey(key);
    if (normal !== 'prompt' && normal !== 'secret') return [];
    const [, name = '', description = ''] = /^(\S*)\s*(.*)$/.exec(value.trim()) ?? [];
    if (name === '') return [];
    const masked = normal === 'secret' || saysSecret(name);
    return [{ name, description, masked, choices: [], initial: '', once: false }];
  });
}

/** The one that gives this variable its value; null where none does. */
export function promptOf(metadata: readonly MetadataNode[], name: string): ValueQuestion | null {
  if (metadata.length === 0) return null;
  return promptsIn(metadata).find((question) => question.name === name) ?? null;
}

const INLINE = /^\$(prompt|input|password|pick)(-askonce)?(?:\s+([^$]*))?(?:\$value:(.*))?$/;

/**
 * The question of httpyac's `$input text`, `$prompt text`, `$password text` and `$pick text $value: a,b`; null for any other
 * expression. Fails with `variable_invalid` without a text, and with `unsupported` on choices that only a script can tell.
 */
export function inlineQuestion(expression: string): ValueQuestion | null {
  const [, kind, once, text = '', value = ''] = INLINE.exec(expression) ?? [];
  if (kind === undefined) return null;
  const name = text.trim();
  const shown = quotedCode(expression);
  if (name === '') {
    throw new KeyturnError('variable_invalid', `{{${shown}}} cannot be read.`, {
      hint: `Write what Keyturn asks for: {{$${kind} Your name}}.`,
    });
  }
  const choices = kind === 'pick' ? value.split(',').map((choice) => choice.trim()) : [];
  if (kind === 'pick' && choices.length < 2) {
    throw new KeyturnError(
      'unsupported',
      `{{${shown}}} takes its choices from an expression, which is not supported yet.`,
      { hint: 'Write the choices themselves: {{$pick Which one? $value: first,second}}.' },
    );
  }
  return {
    name,
    description: '',
    masked: kind === 'password' || saysSecret(name),
    choices,
    initial: kind === 'pick' ? '' : value.trim(),
    once: once !== undefined,
  };
}

/** The name of a variable, or a few words such as `Your password?`. */
function saysSecret(name: string): boolean {
  return isSecretVariableName(name.replace(/[^\p{L}\p{N}]+$/u, '').replace(/\s+/g, '_'));
}

/** Where Keyturn cannot ask; `line` (from 0) is that of the request. */
export function inputNeeded(name: string, line: number): KeyturnError {
  const shown = quotedPart(name);
  return new KeyturnError(
    'input_needed',
    `The request on line ${line + 1} asks for ${JSON.stringify(shown)}.`,
    {
      hint: `Pass --var ${JSON.stringify(`${shown}=VALUE`)}, or run the command at a terminal.`,
      data: { name: shown, line: line + 1 },
    },
  );
}
