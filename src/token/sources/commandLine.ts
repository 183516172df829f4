/**
 * A command as one line that tells its arguments apart: what is not plain stands in quotes, as JSON. Control
 * characters and signs that look like nothing are escaped, so that what is shown is what is run.
 */
export function commandLine(command: readonly string[]): string {
  return command.map((part) => (/^[\w./:@%+=,~\\-]+$/.test(part) ? part : quoted(part))).join(' ');
}

/** Everything beyond printable ASCII but letters: line ends, terminal escapes, marks that turn the direction of text. */
const HIDDEN = /[^\x20-\x7e\p{L}\p{N}]/gu;

function quoted(text: string): string {
  return JSON.stringify(text).replace(HIDDEN, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
