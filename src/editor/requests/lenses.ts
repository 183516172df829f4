import {
  CodeLens,
  type CodeLensProvider,
  EventEmitter,
  l10n,
  Range,
  type TextDocument,
  type Uri,
  window,
} from 'vscode';
import { environmentCommands } from '../environments/commands.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import type { EditorServices } from '../services.ts';
import { requestCommands } from './commands.ts';
import { treeOf } from '../documents/documentTrees.ts';
import { withoutIcons } from '../platform/plainLabel.ts';
import { LensedLines } from './lensedLines.ts';
import { namedToken } from '../documents/tokenNames.ts';
import { gap } from '../platform/iconGap.ts';
import { tokenLensTitle } from './lensTitles.ts';
import { ResultLenses } from './resultLenses.ts';
import type { InlineResults } from '../results/inlineResults.ts';
import type { TokenState, TokenStates } from './tokenStates.ts';

/** Lives shown in minutes are painted again this often. */
const repaintEveryMs = 20_000;

/**
 * Send above every request (but see LensedLines); what its last result asks of the person; the token with its remaining
 * life where the request names one; the environment once, above the first request. A file that names no token costs one
 * lens a request and nothing to wait for.
 */
export class RequestLenses implements CodeLensProvider {
  readonly #lensed: LensedLines;
  readonly #states: TokenStates;
  readonly #services: EditorServices;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  /** What the lenses of each document say about its tokens. */
  readonly #said = new Map<string, { readonly states: readonly TokenState[]; readonly titles: string }>();
  readonly #results: ResultLenses;
  #timer: { dispose(): void } | undefined;

  constructor(states: TokenStates, services: EditorServices, inline: InlineResults) {
    this.#lensed = new LensedLines(() => this.refresh());
    this.#states = states;
    this.#services = services;
    this.#results = new ResultLenses({ inline, lensed: this.#lensed }, services.clock, () => this.refresh());
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const { requests } = treeOf(document);
    const [first] = requests;
    if (first === undefined) return [];
    const uri = document.uri;
    const lines = this.#lensed.give(document);
    const lensed = requests.filter(({ line }) => lines.has(line));
    const lenses = lensed.map((node) => sendLens(uri, node));
    lenses.push(...this.#results.of(document));
    await this.#addTokens(document, lensed, lenses);
    if ((await this.#services.environments.names(uri)).length > 0)
      lenses.push(this.#environmentLens(uri, first));
    return lenses;
  }

  forget(document: TextDocument): void {
    this.#said.delete(document.uri.toString());
    this.#results.forget(document);
  }

  /** Results of a document changed. */
  updateResults(document: TextDocument): void {
    this.#results.update(document);
  }

  /** Tokens, profiles or environments changed. */
  refresh(): void {
    this.#changed.fire();
  }

  dispose(): void {
    this.#lensed.dispose();
    this.#timer?.dispose();
    this.#results.dispose();
    this.#changed.dispose();
  }

  async #addTokens(
    document: TextDocument,
    requests: readonly RequestNode[],
    lenses: CodeLens[],
  ): Promise<void> {
    const named = requests.flatMap((node) => {
      const name = namedToken(node);
      return name === null || name.includes('{{') ? [] : [{ node, name }];
    });
    if (named.length === 0) return;
    const names = [...new Set(named.map(({ name }) => name))];
    const states = new Map(
      await Promise.all(names.map(async (name) => [name, await this.#states.of(document, name)] as const)),
    );
    const nowMs = this.#services.clock.now();
    for (const { node, name } of named) {
      const state = states.get(name);
      if (state !== undefined) lenses.push(tokenLens(document.uri, node, name, state, nowMs));
    }
    const said = [...states.values()];
    this.#said.set(document.uri.toString(), { states: said, titles: titlesOf(said, nowMs) });
    this.#timer ??= this.#startTimer();
  }

  /** One timer for all documents; new lenses only where a visible title has changed. */
  #startTimer(): { dispose(): void } {
    const { clock } = this.#services;
    return clock.at(clock.now() + repaintEveryMs, () => {
      this.#timer = this.#said.size > 0 ? this.#startTimer() : undefined;
      const stale = window.visibleTextEditors.some(({ document }) => {
        const said = this.#said.get(document.uri.toString());
        return said !== undefined && titlesOf(said.states, clock.now()) !== said.titles;
      });
      if (stale) this.#changed.fire();
    });
  }

  #environmentLens(uri: Uri, first: RequestNode): CodeLens {
    const selected = this.#services.environments.selected(uri);
    return new CodeLens(lineRange(first), {
      title: `$(globe)${gap}${selected ?? l10n.t('No environment')}`,
      tooltip: l10n.t('Choose the environment of this folder'),
      command: environmentCommands.select,
      arguments: [uri],
    });
  }
}

function titlesOf(states: readonly TokenState[], nowMs: number): string {
  return states.map((state) => (state.kind === 'known' ? tokenLensTitle(state.facts, nowMs) : '')).join();
}

function sendLens(uri: Uri, node: RequestNode): CodeLens {
  return new CodeLens(lineRange(node), {
    title: l10n.t('Send'),
    command: requestCommands.send,
    arguments: [uri, node.line],
  });
}

function tokenLens(uri: Uri, node: RequestNode, name: string, state: TokenState, nowMs: number): CodeLens {
  const known = state.kind === 'known';
  return new CodeLens(lineRange(node), {
    title: known
      ? tokenLensTitle({ ...state.facts, name: withoutIcons(state.facts.name) }, nowMs)
      : unusableTitle(withoutIcons(name), state),
    tooltip: known ? l10n.t('Refresh, show details, send with another token') : state.message,
    command: requestCommands.tokenActions,
    arguments: [uri, node.line, name],
  });
}

function unusableTitle(name: string, { words, nextStep }: TokenState & { kind: 'unusable' }): string {
  const icon = nextStep === 'choose_environment' ? '$(globe)' : '$(error)';
  return `${icon}${gap}${name} · ${words}`;
}

function lineRange(node: RequestNode): Range {
  return new Range(node.line, 0, node.line, 0);
}
