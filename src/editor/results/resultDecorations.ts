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
import type { Clock } from '../../base/clock.ts';
import { treeOf } from '../documents/documentTrees.ts';
import type { InlineResults } from './inlineResults.ts';
import { resultProblems } from './resultProblems.ts';
import { inlineWords, type MoreWords, type Tone } from './resultWords.ts';
import { linesAround } from '../platform/visibleLines.ts';

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
/** Results that follow each other faster than this are painted together. */
const batchMs = 100;
/** After typing in a request with a result, before the tree is looked at. */
const verifyAfterMs = 150;

/**
 * Paints the results at the ends of the request lines that are on screen, and keeps their words true. What is painted
 * depends on the screen, not on how many results there are.
 */
export class ResultDecorations {
  readonly #inline: InlineResults;
  readonly #clock: Clock;
  readonly #types = new Map<Style, TextEditorDecorationType>();
  /** What each editor shows, by style. */
  readonly #painted = new WeakMap<TextEditor, Map<Style, string>>();
  readonly #subscriptions: Disposable[];
  #paintedAtMs = 0;
  #next: { readonly atMs: number; readonly timer: { dispose(): void } } | undefined;
  #verify: NodeJS.Timeout | undefined;

  constructor(inline: InlineResults, clock: Clock) {
    this.#inline = inline;
    this.#clock = clock;
    this.#subscriptions = [
      window.onDidChangeVisibleTextEditors(() => this.#paintAll()),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor: { document } }) => this.update(document)),
      workspace.onDidChangeTextDocument((event) => this.#edited(event)),
      workspace.onDidCloseTextDocument((document) => inline.clear(document.uri.toString())),
    ];
  }

  /** A request is under way, which shows after a moment. */
  started(): void {
    this.#paintBy(this.#clock.now() + edgeOfRunningMs);
  }

  /** Something changed in the results of a document: painted at once, or with what follows within the batch. */
  update(document: TextDocument): void {
    const location = document.uri.toString();
    const shown = (editor: TextEditor) =>
      editor.document === document && (this.#inline.has(location) || this.#painted.has(editor));
    if (!window.visibleTextEditors.some(shown)) return;
    const nowMs = this.#clock.now();
    const sinceMs = nowMs - this.#paintedAtMs;
    if (sinceMs < 0 || sinceMs >= batchMs) this.#paintAll();
    else this.#paintBy(this.#paintedAtMs + batchMs);
  }

  dispose(): void {
    this.#next?.timer.dispose();
    clearTimeout(this.#verify);
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const type of this.#types.values()) type.dispose();
  }

  #edited({ document, contentChanges }: TextDocumentChangeEvent): void {
    const location = document.uri.toString();
    if (contentChanges.length === 0 || !this.#inline.has(location)) return;
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
      this.#inline.verify(location, treeOf(document));
      this.update(document);
    }, verifyAfterMs);
  }

  /** Paints every visible editor; one timer paints again when the words of what is on screen change. */
  #paintAll(): void {
    this.#next?.timer.dispose();
    this.#next = undefined;
    const nowMs = this.#clock.now();
    this.#paintedAtMs = nowMs;
    let waitMs = Infinity;
    for (const editor of window.visibleTextEditors) waitMs = Math.min(waitMs, this.#paint(editor, nowMs));
    if (waitMs !== Infinity) this.#paintBy(nowMs + waitMs);
  }

  #paintBy(atMs: number): void {
    if (this.#next !== undefined && this.#next.atMs <= atMs) return;
    this.#next?.timer.dispose();
    this.#next = { atMs, timer: this.#clock.at(atMs, () => this.#paintAll()) };
  }

  /** Returns after how many milliseconds the words change; Infinity where there are none. */
  #paint(editor: TextEditor, nowMs: number): number {
    const entries = this.#inline.of(editor.document.uri.toString());
    const painted = this.#painted.get(editor) ?? new Map<Style, string>();
    if (entries.length === 0 && painted.size === 0) return Infinity;
    const onScreen = linesAround(editor.visibleRanges);
    const more = moreWords(editor.document, nowMs);
    const options = new Map<Style, DecorationOptions[]>(styles.map((style) => [style, []]));
    const seen = new Map<Style, string>();
    let waitMs = Infinity;
    for (const { line, state } of entries) {
      if (!onScreen.has(line) || line >= editor.document.lineCount) continue;
      waitMs = Math.min(waitMs, untilNextWords(state, nowMs));
      const words = inlineWords(state, nowMs, more);
      if (words === null) continue;
      const { end } = editor.document.lineAt(line).range;
      const style = words.aged && words.tone === 'success' ? 'aged' : words.tone;
      options.get(style)?.push({
        range: new Range(end, end),
        renderOptions: { after: { contentText: words.text, ...(words.aged ? { fontStyle: 'italic' } : {}) } },
      });
      seen.set(style, `${seen.get(style) ?? ''}${line} ${words.text}\n`);
    }
    for (const [style, list] of options) {
      if (seen.get(style) !== painted.get(style)) editor.setDecorations(this.#type(style), list);
    }
    this.#painted.set(editor, seen);
    return waitMs;
  }

  #type(style: Style): TextEditorDecorationType {
    let type = this.#types.get(style);
    if (type === undefined) {
      type = window.createTextEditorDecorationType({
        after: { color: new ThemeColor(colors[style]), margin: '0 0 0 1.5em' },
      });
      this.#types.set(style, type);
    }
    return type;
  }
}

/** Where the person shows no lenses, the line says what they would. */
function moreWords(document: TextDocument, nowMs: number): MoreWords {
  if (workspace.getConfiguration('editor', document).get('codeLens') !== false) return () => [];
  return (result) => resultProblems(result, nowMs).map(({ text }) => text);
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
