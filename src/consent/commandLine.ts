import { withoutCredentials } from '../redaction/withoutCredentials.ts';
import { escapeCharacter, quoted } from '../base/visible.ts';

/** Neither ASCII nor a letter or digit: a sign such as U+2215, which looks like another one. */
const SIGNS = /[^\x20-\x7e\p{L}\p{N}]/gu;

/**
 * A command as one line that tells its arguments apart: what is not plain stands in quotes, as JSON. Control
 * characters and signs that look like nothing or like others are escaped, so that what is shown is what is run.
 */
export function commandLine(command: readonly string[]): string {
  return command.map((part) => (/^[\w./:@%+=,~\\-]+$/.test(part) ? part : plain(part))).join(' ');
}

/** The same as messages and the audit log tell it: what is called like a credential stays in keyturn.json. */
export function toldCommand(command: readonly string[]): string {
  return withoutCredentials(commandLine(command));
}

function plain(part: string): string {
  return quoted(part).replace(SIGNS, escapeCharacter);
}
