import { Disposable, Range, type TextEditorDecorationType, ThemeColor, window } from 'vscode';
import { resultTone } from '../results/resultWords.ts';
import type { ResponseDocuments } from './responseDocuments.ts';
import { responseScheme } from './scheme.ts';

const colors = {
  success: 'keyturn.resultSuccessForeground',
  warning: 'keyturn.resultWarningForeground',
  error: 'keyturn.resultErrorForeground',
} as const;
type Tone = keyof typeof colors;

/** Colours the summary of the visible responses as the request line's result is coloured. */
export function decorateStatus(documents: ResponseDocuments): Disposable {
  const types = new Map<Tone, TextEditorDecorationType>();
  const typeOf = (tone: Tone) => {
    const known = types.get(tone);
    if (known !== undefined) return known;
    const type = window.createTextEditorDecorationType({
      color: new ThemeColor(colors[tone]),
      fontWeight: 'bold',
    });
    types.set(tone, type);
    return type;
  };
  const paint = () => {
    for (const editor of window.visibleTextEditors) {
      if (editor.document.uri.scheme !== responseScheme) continue;
      const shown = documents.of(editor.document.uri);
      const wanted = shown === null || shown.waiting ? null : resultTone(shown.result);
      const column = shown?.text.statusColumn ?? 0;
      const last = Math.min(shown?.text.summaryLines ?? 1, editor.document.lineCount) - 1;
      const { end } = editor.document.lineAt(last).range;
      if (wanted !== null) typeOf(wanted);
      // What the line was before is taken away, also where nothing comes in its place.
      for (const [tone, type] of types) {
        editor.setDecorations(type, tone === wanted ? [new Range(0, column, last, end.character)] : []);
      }
    }
  };
  const subscriptions = [documents.onDidUpdate(paint), window.onDidChangeVisibleTextEditors(paint)];
  return new Disposable(() => {
    for (const subscription of [...subscriptions, ...types.values()]) subscription.dispose();
  });
}
