import {
  type CancellationToken,
  DocumentSymbol,
  type DocumentSymbolProvider,
  Range,
  SymbolKind,
  type TextDocument,
} from 'vscode';
import type { RequestNode } from '../../../httpfile/parse/tree.ts';
import { maskedWrittenUrl } from '../../../redaction/maskedText.ts';
import { oneLine } from '../../platform/oneLine.ts';
import { treeOf } from '../../documents/documentTrees.ts';
import { settled } from '../../documents/settled.ts';
import { toRange } from '../../platform/ranges.ts';

/** Requests and file variables for the outline, breadcrumbs and Go to Symbol. */
export class Outline implements DocumentSymbolProvider {
  /** A request that an edit leaves alone is the same object in the next tree. */
  readonly #known = new WeakMap<RequestNode, DocumentSymbol>();

  async provideDocumentSymbols(document: TextDocument, asked: CancellationToken): Promise<DocumentSymbol[]> {
    if (!(await settled(document, asked))) return [];
    const { requests, variables } = treeOf(document);
    const symbols = requests.map((node) => this.#symbolOf(node));
    for (const { name, span } of variables) {
      const range = toRange(span);
      symbols.push(new DocumentSymbol(name, '', SymbolKind.Variable, range, range));
    }
    return symbols;
  }

  #symbolOf(node: RequestNode): DocumentSymbol {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const symbol = requestSymbol(node);
    this.#known.set(node, symbol);
    return symbol;
  }
}

function requestSymbol(node: RequestNode): DocumentSymbol {
  const call = `${node.method} ${oneLine(maskedWrittenUrl(node.url), 120)}`;
  const name = node.name ?? node.title;
  const label = name === null || name.trim() === '' ? call : oneLine(name, 80);
  const line = toRange(node.requestLineSpan);
  const start = Math.min(node.blockStartLine, node.line);
  const block = new Range(start, 0, Math.max(node.blockEndLine, line.end.line) + 1, 0).union(line);
  return new DocumentSymbol(label, label === call ? '' : call, SymbolKind.Method, block, line);
}
