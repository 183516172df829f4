import { FoldingRange, FoldingRangeKind, type FoldingRangeProvider, type TextDocument } from 'vscode';
import { treeOf } from '../../documents/documentTrees.ts';
import { requestFolds } from './folding.ts';

export class RequestFolding implements FoldingRangeProvider {
  provideFoldingRanges(document: TextDocument): FoldingRange[] {
    const folds = requestFolds(treeOf(document), (line) =>
      line < document.lineCount ? document.lineAt(line).text : '',
    );
    return folds.map(({ start, end }) => new FoldingRange(start, end, FoldingRangeKind.Region));
  }
}
