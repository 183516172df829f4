import { FoldingRange, FoldingRangeKind, type FoldingRangeProvider, type TextDocument } from 'vscode';
import type { DocumentTrees } from './documentTrees.ts';
import { requestFolds } from './folding.ts';

export class RequestFolding implements FoldingRangeProvider {
  readonly #trees: DocumentTrees;

  constructor(trees: DocumentTrees) {
    this.#trees = trees;
  }

  provideFoldingRanges(document: TextDocument): FoldingRange[] {
    const folds = requestFolds(this.#trees.of(document), (line) =>
      line < document.lineCount ? document.lineAt(line).text : '',
    );
    return folds.map(({ start, end }) => new FoldingRange(start, end, FoldingRangeKind.Region));
  }
}
