import { type Disposable, Range, type TextDocument, type TextEditor, window, workspace } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import { type LinesAround, linesAround } from '../platform/visibleLines.ts';

/** The editor looks at every lens after every edit: its time grows with their number. */
const mostLensed = 300;

const everyLine: LinesAround = { has: () => true, key: 'every_line' };
/** Of a document that no editor shows yet. */
const beginning = linesAround([new Range(0, 0, 0, 0)]);

/** The lines that have lenses: all of them, in a file of many requests only those on screen or near it. */
export class LensedLines {
  readonly #subscriptions: readonly Disposable[];
  readonly #given = new Map<TextDocument, string>();

  /** `onScrolled` is told when other lines of a document are on screen than were given. */
  constructor(onScrolled: () => void) {
    const look = ({ document }: TextEditor) => {
      const given = this.#given.get(document);
      if (given !== undefined && this.of(document).key !== given) onScrolled();
    };
    this.#subscriptions = [
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => look(textEditor)),
      window.onDidChangeVisibleTextEditors((editors) => editors.forEach(look)),
      workspace.onDidCloseTextDocument((document) => this.#given.delete(document)),
    ];
  }

  of(document: TextDocument): LinesAround {
    if (treeOf(document).requests.length <= mostLensed) return everyLine;
    const shows = (editor: TextEditor) => editor.document === document;
    const ranges = window.visibleTextEditors.filter(shows).flatMap((editor) => editor.visibleRanges);
    return ranges.length === 0 ? beginning : linesAround(ranges);
  }

  /** The same, for lenses that are asked for again when others are on screen. */
  give(document: TextDocument): LinesAround {
    const lines = this.of(document);
    this.#given.set(document, lines.key);
    return lines;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
