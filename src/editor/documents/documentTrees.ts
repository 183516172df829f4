import type { TextDocument } from 'vscode';
import { readHttpFile, type Reading } from '../../httpfile/parse/parse.ts';
import type { HttpFile } from '../../httpfile/parse/tree.ts';

interface Parsed {
  readonly version: number;
  readonly reading: Reading;
}

const parsed = new WeakMap<TextDocument, Parsed>();

/**
 * The syntax tree of a document as it is in the editor, saved or not. Parsed once for each version: lenses, outline,
 * hovers and sending share it. A new version costs little more than what was edited.
 */
export function treeOf(document: TextDocument): HttpFile {
  const known = parsed.get(document);
  if (known?.version === document.version) return known.reading.tree;
  const reading = readHttpFile(document.getText(), known === undefined ? {} : { before: known.reading });
  parsed.set(document, { version: document.version, reading });
  return reading.tree;
}
