import { exactJson } from './exactJson.ts';

/**
 * Text from files, servers and names as a person can read it: nothing in it moves the cursor, turns the direction of
 * what stands around it, begins a line of its own or looks like nothing.
 */

/** Controls, formats, unassigned and private characters, line and paragraph separators, and what a font leaves out. */
const HIDDEN = String.raw`\p{C}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}`;
/** The same, and every blank but the space. */
const UNSEEN = new RegExp(String.raw`(?! )[${HIDDEN}\p{Zs}\u2800]`, 'gu');
/** In text of several lines its line ends and tabs stay, and what only joins and colours emoji. */
const UNSEEN_IN_LINES = new RegExp(
  String.raw`(?!\r?\n|\t|(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)[\u200d\ufe0f])[${HIDDEN}]`,
  'gu',
);

/** One line, with each character that is not seen written as `\u{202E}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escapeCharacter);
}

/** The same in quotes, as JSON: what is shown is this text and no other, and its end is seen. */
export function quoted(text: string): string {
  return visible(JSON.stringify(text));
}

/** Text of several lines, such as the body of a response at a terminal. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN_IN_LINES, escapeCharacter);
}

/** JSON for a terminal, a pipe or a file, numbers as they were read: what is not seen is escaped, and the value stays the same. */
export function visibleJson(
  value: unknown,
  replacer?: (this: unknown, key: string, value: unknown) => unknown,
  space?: number,
): string {
  return escapeJson(exactJson(value, replacer, space));
}

/** The same for a text that is JSON already. */
export function escapeJson(json: string): string {
  // Line ends stand between the values only: those inside are escaped already.
  return json.replace(UNSEEN, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}

/** As `\u{202E}`. */
export function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}}`;
}
