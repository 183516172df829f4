import { isCredentialName } from './credentialNames.ts';
import { maskedText } from './maskedText.ts';

const MASK = '•••';

/** What is shorter is a word or a number more often than a key. */
const SHORTEST_KEY = 16;
/** Changes between digits, capitals and other signs, for each character: words have fewer, keys have more. */
const MOST_CHANGES = 0.35;

/** An option of a program: `--password abc`. */
const OPTION = /(?<!\S)(--?)([a-z][\w-]{0,99})(\s{1,3}["'`]?)([^\s"'`]+)/gi;
/** A scheme of Authorization and what stands behind it. */
const SCHEMED = /\b((?:basic|bearer|dpop)\s{1,3})([^\s"'`,;)\]}]{8,})/gi;
const UUID = /(?<![\da-f])[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![\da-f])/gi;
const KEY = /[\w+/=~.:%-]{15,}[\w+/=~%-]/g;

/**
 * What a person wrote into a file or a command line, as a message may quote it: `maskedText`, without the values of
 * options that are called like a credential, what stands behind a scheme, and words that look like keys.
 */
export function withoutCredentials(text: string): string {
  return maskedText(text)
    .replace(OPTION, (all, dashes: string, name: string, gap: string, value: string) =>
      isCredentialName(name) && !/^(?:-|\{\{)/.test(value) ? dashes + name + gap + MASK : all,
    )
    .replace(SCHEMED, (all, scheme: string, value: string) =>
      /[\d+/=]/.test(value) && !value.startsWith('{{') ? scheme + MASK : all,
    )
    .replace(UUID, MASK)
    .replace(KEY, (run) => (run.split(/[._~:%-]/).some((part) => isRandom(part)) ? MASK : run));
}

/** The same for code: what stands in its quotes may be a password, whatever it looks like. */
export function withoutLiterals(code: string): string {
  return withoutCredentials(code.replace(/(["'`])(?:\\.?|(?!\1)[^\\])*(?:\1|$)/gs, `$1${MASK}$1`));
}

/** Characters as a generator makes them; a long name or a path is none. */
function isRandom(part: string): boolean {
  if (part.length < SHORTEST_KEY || !/\d/.test(part) || !/[A-Za-z]/.test(part)) return false;
  if (/^[\da-f]+$/i.test(part)) return true;
  let changes = 0;
  for (let at = 1; at < part.length; at++) {
    if (kindOf(part.charCodeAt(at)) !== kindOf(part.charCodeAt(at - 1))) changes++;
  }
  return changes >= part.length * MOST_CHANGES;
}

/** 0 for a digit, 1 for a capital, 2 for anything else. */
function kindOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return 0;
  return code >= 0x41 && code <= 0x5a ? 1 : 2;
}
