import type { TextDocument } from 'vscode';
import { readHttpFile, type Reading } from '../../../httpfile/parse/parse.ts';
import type { HttpFile } from '../../../httpfile/parse/tree.ts';

/**
 * The syntax tree of a document as it is in the editor, saved or not. Parsed when somebody asks, once for each
 * version: lenses, outline, hovers and sending share it. A new version costs little more than what was edited.
 */
export class DocumentTrees {
  readonly #parsed = new WeakMap<TextDocument, { readonly version: number; readonly reading: Reading }>();

  of(document: TextDocument): HttpFile {
    const known = this.#parsed.get(document);
    if (known?.version === document.version) return known.reading.tree;
    const reading = readHttpFile(document.getText(), known === undefined ? {} : { before: known.reading });
    this.#parsed.set(document, { version: document.version, reading });
    return reading.tree;
  }
}
