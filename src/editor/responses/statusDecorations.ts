import { Disposable, Range, type TextEditorDecorationType, ThemeColor, window } from 'vscode';
import { resultTone } from '../requests/resultWords.ts';
import { type ResponseDocuments, responseScheme } from './responseDocuments.ts';

const colors = {
  success: 'keyturn.resultSuccessForeground',
  warning: 'keyturn.resultWarningForeground',
  error: 'keyturn.resultErrorForeground',
} as const;
type Tone = keyof typeof colors;

/** Colours the status line of the visible responses as the request line's result is coloured. */
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
      const shown = editor.document.uri.scheme === responseScheme ? documents.of(editor.document.uri) : null;
      if (shown?.result.response == null) continue;
      const wanted = resultTone(shown.result);
      const { end } = editor.document.lineAt(0).range;
      typeOf(wanted);
      for (const [tone, type] of types) {
        const range = new Range(0, shown.text.statusColumn, 0, end.character);
        editor.setDecorations(type, tone === wanted ? [range] : []);
      }
    }
  };
  const subscriptions = [documents.onDidUpdate(paint), window.onDidChangeVisibleTextEditors(paint)];
  return new Disposable(() => {
    for (const subscription of [...subscriptions, ...types.values()]) subscription.dispose();
  });
}
