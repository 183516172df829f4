import type { TextDocument } from 'vscode';
import { parseHttpFile } from '../../httpfile/parse.ts';
import type { HttpFile } from '../../httpfile/tree.ts';

/**
 * The syntax tree of a document as it is in the editor, saved or not. Parsed when somebody asks, once for each
 * version: lenses, outline, hovers and sending share it.
 */
export class DocumentTrees {
  readonly #parsed = new WeakMap<TextDocument, { readonly version: number; readonly tree: HttpFile }>();

  of(document: TextDocument): HttpFile {
    const known = this.#parsed.get(document);
    if (known?.version === document.version) return known.tree;
    const tree = parseHttpFile(document.getText());
    this.#parsed.set(document, { version: document.version, tree });
    return tree;
  }
}
