import {
  type DecorationOptions,
  type Disposable,
  Range,
  type TextDocument,
  type TextDocumentChangeEvent,
  type TextEditor,
  type TextEditorDecorationType,
  ThemeColor,
  window,
  workspace,
} from 'vscode';
import type { Clock } from '../../../base/clock.ts';
import type { DocumentTrees } from '../language/documentTrees.ts';
import type { InlineResults } from './inlineResults.ts';
import { inlineWords, type Tone } from './resultWords.ts';

type Style = Tone | 'aged';
const styles: readonly Style[] = ['success', 'warning', 'error', 'running', 'aged'];
const colors: Readonly<Record<Style, string>> = {
  success: 'keyturn.resultSuccessForeground',
  warning: 'keyturn.resultWarningForeground',
  error: 'keyturn.resultErrorForeground',
  running: 'keyturn.resultAgedForeground',
  aged: 'keyturn.resultAgedForeground',
};

/** Counting seconds, and counting minutes. */
const secondsTickMs = 1000;
const minutesTickMs = 15_000;
const edgeOfRunningMs = 320;
/** After typing in a request with a result, before the tree is looked at. */
const verifyAfterMs = 150;

/** Paints the results at the ends of the request lines of every visible document, and keeps their words true. */
export class ResultDecorations {
  readonly #inline: InlineResults;
  readonly #trees: DocumentTrees;
  readonly #clock: Clock;
  readonly #types = new Map<Style, TextEditorDecorationType>();
  readonly #painted = new WeakMap<TextEditor, string>();
  readonly #subscriptions: Disposable[];
  #tick: { dispose(): void } | undefined;
  #verify: NodeJS.Timeout | undefined;

  constructor(inline: InlineResults, trees: DocumentTrees, clock: Clock) {
    this.#inline = inline;
    this.#trees = trees;
    this.#clock = clock;
    this.#subscriptions = [
      window.onDidChangeVisibleTextEditors(() => this.#paintAll()),
      workspace.onDidChangeTextDocument((event) => this.#edited(event)),
      workspace.onDidCloseTextDocument((document) => inline.clear(document.uri.toString())),
    ];
  }

  /** Something changed in the results of a document. */
  update(document: TextDocument): void {
    for (const editor of window.visibleTextEditors) if (editor.document === document) this.#paint(editor);
    this.#schedule();
  }

  dispose(): void {
    this.#tick?.dispose();
    clearTimeout(this.#verify);
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const type of this.#types.values()) type.dispose();
  }

  #edited({ document, contentChanges }: TextDocumentChangeEvent): void {
    const location = document.uri.toString();
    if (contentChanges.length === 0 || this.#inline.of(location).length === 0) return;
    this.#inline.edit(
      location,
      contentChanges.map(({ range, text }) => ({
        startLine: range.start.line,
        startColumn: range.start.character,
        endLine: range.end.line,
        insertedLines: countBreaks(text),
      })),
    );
    clearTimeout(this.#verify);
    this.#verify = setTimeout(() => {
      this.#inline.verify(location, this.#trees.of(document));
      this.update(document);
    }, verifyAfterMs);
  }

  #paintAll(): void {
    for (const editor of window.visibleTextEditors) this.#paint(editor);
    this.#schedule();
  }

  #paint(editor: TextEditor): void {
    const entries = this.#inline.of(editor.document.uri.toString());
    if (entries.length === 0 && !this.#painted.has(editor)) return;
    const nowMs = this.#clock.now();
    const options = new Map<Style, DecorationOptions[]>(styles.map((style) => [style, []]));
    let seen = '';
    for (const { line, state } of entries) {
      const words = inlineWords(state, nowMs);
      if (words === null || line >= editor.document.lineCount) continue;
      const { end } = editor.document.lineAt(line).range;
      const style = words.aged && words.tone === 'success' ? 'aged' : words.tone;
      options.get(style)?.push({
        range: new Range(end, end),
        renderOptions: { after: { contentText: words.text, ...(words.aged ? { fontStyle: 'italic' } : {}) } },
      });
      seen += `${line} ${style} ${words.text}\n`;
    }
    if (this.#painted.get(editor) === seen) return;
    this.#painted.set(editor, seen);
    for (const [style, list] of options) {
      if (list.length > 0 || this.#types.has(style)) editor.setDecorations(this.#type(style), list);
    }
  }

  #type(style: Style): TextEditorDecorationType {
    let type = this.#types.get(style);
    if (type === undefined) {
      type = window.createTextEditorDecorationType({
        after: { color: new ThemeColor(colors[style]), margin: '0 0 0 2.5em' },
      });
      this.#types.set(style, type);
    }
    return type;
  }

  /** One timer while results are visible: fast where seconds count, slow where minutes do. */
  #schedule(): void {
    this.#tick?.dispose();
    this.#tick = undefined;
    const nowMs = this.#clock.now();
    let waitMs = Infinity;
    for (const { document } of window.visibleTextEditors) {
      for (const { state } of this.#inline.of(document.uri.toString())) {
        waitMs = Math.min(waitMs, untilNextWords(state, nowMs));
      }
    }
    if (waitMs === Infinity) return;
    this.#tick = this.#clock.at(nowMs + waitMs, () => this.#paintAll());
  }
}

function untilNextWords(state: ReturnType<InlineResults['of']>[number]['state'], nowMs: number): number {
  if (state.kind === 'running')
    return nowMs - state.startedAtMs < edgeOfRunningMs ? edgeOfRunningMs : secondsTickMs;
  const countsSeconds = state.result.rateLimits.some(
    ({ resetAtMs }) => resetAtMs !== null && resetAtMs > nowMs && resetAtMs - nowMs < 90_000,
  );
  const waits = (state.result.retryAfterSeconds ?? 0) * 1000 + state.result.finishedAtMs > nowMs;
  return countsSeconds || waits ? secondsTickMs : minutesTickMs;
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
