import type { TextDocument } from 'vscode';
import { readHttpFile, type Reading } from '../../httpfile/parse/parse.ts';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { dialectAt, dialectGeneration } from './treeDialects.ts';

interface Parsed {
  readonly version: number;
  /** That of the dialects. */
  readonly generation: number;
  readonly reading: Reading;
}

const parsed = new WeakMap<TextDocument, Parsed>();

/**
 * The syntax tree of a document as it is in the editor, saved or not. Parsed once for each version: lenses, outline,
 * hovers and sending share it. A new version costs little more than what was edited.
 */
export function treeOf(document: TextDocument): HttpFile {
  const known = parsed.get(document);
  const { version } = document;
  const generation = dialectGeneration();
  if (known?.version === version && known.generation === generation) return known.reading.tree;
  const reading = readHttpFile(document.getText(), {
    settle: (own) => dialectAt(document.uri, own),
    ...(known !== undefined && { before: known.reading }),
  });
  parsed.set(document, { version, generation, reading });
  return reading.tree;
}
