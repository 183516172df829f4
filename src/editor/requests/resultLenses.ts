import { CodeLens, l10n, Range, type TextDocument } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { withoutIcons } from '../platform/plainLabel.ts';
import { requestCommands } from './commands.ts';
import { treeOf } from '../documents/documentTrees.ts';
import type { LensedLines } from './lensedLines.ts';
import { gap } from '../platform/iconGap.ts';
import type { InlineResults } from '../results/inlineResults.ts';
import { type ResultProblem, resultProblems } from '../results/resultProblems.ts';

/** Lenses follow results that come one after the other at this distance. */
const settleMs = 300;

const icons: Readonly<Record<ResultProblem['kind'], string>> = {
  token_wanted: 'key',
  challenge: 'warning',
  wait: 'watch',
  not_run: 'warning',
  certificate: 'unlock',
  note: 'info',
};

interface LineProblem {
  readonly line: number;
  readonly problem: ResultProblem;
}

export interface ResultLensParts {
  readonly inline: InlineResults;
  readonly lensed: Pick<LensedLines, 'of'>;
}

/** What results ask of the person, above their requests, each with what helps. */
export class ResultLenses {
  readonly #parts: ResultLensParts;
  readonly #clock: Clock;
  readonly #changed: () => void;
  /** What the lenses of each document say. */
  readonly #said = new Map<string, string>();
  #timer: { readonly atMs: number; dispose(): void } | undefined;
  readonly #waiting = new Set<TextDocument>();

  /** `changed` asks for new lenses. */
  constructor(parts: ResultLensParts, clock: Clock, changed: () => void) {
    this.#parts = parts;
    this.#clock = clock;
    this.#changed = changed;
  }

  of(document: TextDocument): CodeLens[] {
    const location = document.uri.toString();
    const { inline } = this.#parts;
    inline.verify(location, treeOf(document));
    const problems = this.#problems(document);
    this.#said.set(location, wordsOf(problems));
    this.#lookWhenOver(problems, document);
    return problems.map(({ line, problem }) => lensOf(document, line, problem));
  }

  /** Results of a document changed. */
  update(document: TextDocument): void {
    this.#lookAt(this.#clock.now() + settleMs, document);
  }

  forget(document: TextDocument): void {
    this.#said.delete(document.uri.toString());
    this.#waiting.delete(document);
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #problems(document: TextDocument): LineProblem[] {
    const nowMs = this.#clock.now();
    const { inline, lensed } = this.#parts;
    const lines = lensed.of(document);
    return inline.of(document.uri.toString()).flatMap(({ line, state }) => {
      if (!lines.has(line)) return [];
      const result = state.kind === 'done' ? state.result : state.previous;
      if (result === null) return [];
      return resultProblems(result, nowMs).map((problem) => ({ line, problem }));
    });
  }

  /** When the first wait that the lenses speak of is over. */
  #lookWhenOver(problems: readonly LineProblem[], document: TextDocument): void {
    const ends = problems.flatMap(({ problem: { untilMs } }) => (untilMs === null ? [] : [untilMs]));
    if (ends.length > 0) this.#lookAt(Math.min(...ends), document);
  }

  #lookAt(atMs: number, document: TextDocument): void {
    this.#waiting.add(document);
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.dispose();
    const timer = this.#clock.at(atMs, () => {
      this.#timer = undefined;
      this.#look();
    });
    this.#timer = { atMs, dispose: () => timer.dispose() };
  }

  #look(): void {
    const documents = [...this.#waiting];
    this.#waiting.clear();
    let isNews = false;
    for (const document of documents) {
      const problems = this.#problems(document);
      if (wordsOf(problems) === (this.#said.get(document.uri.toString()) ?? ''))
        this.#lookWhenOver(problems, document);
      else isNews = true;
    }
    if (isNews) this.#changed();
  }
}

function wordsOf(problems: readonly LineProblem[]): string {
  return problems.map(({ line, problem }) => `${line} ${problem.text}\n`).join('');
}

function lensOf(document: TextDocument, line: number, problem: ResultProblem): CodeLens {
  const { kind, text, detail } = problem;
  return new CodeLens(new Range(line, 0, line, 0), {
    title: `$(${icons[kind]})${gap}${withoutIcons(text)}`,
    tooltip: `${detail} ${hint(kind)}`.trim(),
    command: commandOf(kind),
    arguments: [document.uri, line],
  });
}

function commandOf(kind: ResultProblem['kind']): string {
  switch (kind) {
    case 'token_wanted':
      return requestCommands.chooseToken;
    case 'challenge':
      return requestCommands.nextStep;
    case 'wait':
      return requestCommands.sendWhenAllowed;
    case 'not_run':
    case 'certificate':
    case 'note':
      return requestCommands.openResponse;
  }
}

function hint(kind: ResultProblem['kind']): string {
  switch (kind) {
    case 'token_wanted':
      return l10n.t('Click to choose a token.');
    case 'challenge':
      return l10n.t('Click to see what you can do.');
    case 'wait':
      return l10n.t('Click to send the request at that time.');
    case 'not_run':
    case 'certificate':
    case 'note':
      return l10n.t('Click to open the response.');
  }
}
