import {
  type CancellationToken,
  FoldingRange,
  FoldingRangeKind,
  type FoldingRangeProvider,
  type TextDocument,
} from 'vscode';
import { treeOf } from '../../documents/documentTrees.ts';
import { settled } from '../../documents/settled.ts';
import { requestFolds } from './folding.ts';

export class RequestFolding implements FoldingRangeProvider {
  async provideFoldingRanges(
    document: TextDocument,
    _context: unknown,
    asked: CancellationToken,
  ): Promise<FoldingRange[]> {
    if (!(await settled(document, asked))) return [];
    const folds = requestFolds(treeOf(document), (line) =>
      line < document.lineCount ? document.lineAt(line).text : '',
    );
    return folds.map(({ start, end }) => new FoldingRange(start, end, FoldingRangeKind.Region));
  }
}
