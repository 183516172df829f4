import { commonMethods, knownMethods } from './methods.ts';
import { nearest } from './near.ts';
import { quotedPart } from '../resolve/quotedPart.ts';
import { rulesOf } from './rules.ts';
import type { Dialect, RequestNode } from './tree.ts';

export interface UnknownMethod {
  /** One sentence, with its full stop. */
  readonly message: string;
  readonly hint: string;
  /** False where the tool of this dialect sends any word as a method: so does Keyturn, unless it looks like a slip. */
  readonly refused: boolean;
}

/** Null for a method that Keyturn knows. */
export function unknownMethod(
  { method: written, curl }: Pick<RequestNode, 'method' | 'curl'>,
  dialect: Dialect,
): UnknownMethod | null {
  const method = written.toUpperCase();
  if (knownMethods.has(method)) return null;
  const shown = quotedPart(written);
  const meant = nearest(method, commonMethods) ?? nearest(method, knownMethods);
  // In a word that was chosen on purpose the first letter is the last to be a slip: READ is no HEAD.
  const isSlip = meant !== null && (method.startsWith(meant.charAt(0)) || meant.length !== method.length);
  // curl sends whatever stands behind -X.
  const anyWord = curl !== undefined || rulesOf[dialect].methods === null;
  const refused = !anyWord || isSlip;
  return {
    message: `There is no method ${shown}.`,
    hint:
      meant !== null && (!anyWord || isSlip)
        ? `Did you mean ${meant}?`
        : refused
          ? 'Write one such as GET or POST in front of the URL.'
          : 'Keyturn does not know it, and sends it as written.',
    refused,
  };
}
