import { withoutCredentials, withoutLiterals } from '../../redaction/withoutCredentials.ts';

/** A part of a file as messages quote it: short and without credentials. */
export function quotedPart(text: string): string {
  return shortened(withoutCredentials(text.slice(0, mostRead)));
}

/** The same for code, such as the expression of a variable. */
export function quotedCode(code: string): string {
  return shortened(withoutLiterals(code.slice(0, mostRead)));
}

/** Half a credential is not recognised: more is looked at than is shown. */
const mostRead = 10_000;
const mostShown = 80;

function shortened(text: string): string {
  return text.length > mostShown ? `${text.slice(0, mostShown - 1)}…` : text;
}
