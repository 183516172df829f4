import {
  l10n,
  EventEmitter,
  languages,
  TabInputText,
  type TextDocument,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  window,
  workspace,
} from 'vscode';
import type { RequestResult } from '../../run/result.ts';
import { responseName } from './responseName.ts';
import { responseText, type ResponseText, waitingText } from './responseText.ts';
import { responseScheme } from './scheme.ts';

/** One response document: what it shows and where it came from. */
export interface ShownResponse {
  readonly uri: Uri;
  readonly result: RequestResult;
  /** The document that the request stands in. */
  readonly source: Uri;
  readonly text: ResponseText;
  readonly revealed: boolean;
  readonly pinned: boolean;
  /** Nothing came yet. */
  readonly waiting: boolean;
  /** The environment that was chosen when it was sent. */
  readonly environment: string | null;
}

export interface ResponseDocumentsOptions {
  readonly mask: (text: string) => string;
  /** The environment that is chosen now for a document. */
  readonly chosen: (source: Uri) => string | null;
}

/** A result and where it came from. */
export type ResultOrigin = Pick<ShownResponse, 'result' | 'source' | 'environment'>;

/** The editor compares a huge text in a worker before it takes it over. */
const longestTextChangeMs = 5000;

/** Replacing a longer text by another one keeps the editor busy for seconds. */
const mostReplaced = 2_000_000;

const gone = `${l10n.t('Keyturn no longer holds this response. Send the request again.')}\n`;

/**
 * Read-only documents for responses, each named after its request. There is one at a time: the same request's next
 * response replaces its text, another request's takes its place. Pinning it leaves it as it is.
 */
export class ResponseDocuments implements TextDocumentContentProvider {
  readonly #options: ResponseDocumentsOptions;
  readonly #changed = new EventEmitter<Uri>();
  readonly #updated = new EventEmitter<ShownResponse>();
  readonly #shown = new Map<string, ShownResponse>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #current: string | null = null;
  #count = 0;
  /** One change after the other: two that open the same document would overtake each other. */
  #turn: Promise<void> = Promise.resolve();
  readonly onDidChange = this.#changed.event;
  /** A document shows something new. */
  readonly onDidUpdate = this.#updated.event;

  constructor(options: ResponseDocumentsOptions) {
    this.#options = options;
    this.#subscriptions = [
      this.#changed,
      this.#updated,
      workspace.registerTextDocumentContentProvider(responseScheme, this),
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) {
          if (input instanceof TabInputText && input.uri.scheme === responseScheme) this.#closed(input.uri);
        }
      }),
    ];
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#shown.get(uri.toString())?.text.text ?? gone;
  }

  of(uri: Uri): ShownResponse | null {
    return this.#shown.get(uri.toString()) ?? null;
  }

  /** Shows a result beside its request, without taking the focus. */
  show(origin: ResultOrigin): Promise<void> {
    return this.#inTurn(() => this.#put(this.#render(origin, false), true));
  }

  /** Shows a result once more: in the document that has it, else like `show`. */
  reopen(origin: ResultOrigin): Promise<void> {
    return this.#inTurn(async () => {
      const holder = [...this.#shown.values()].find(({ result }) => result === origin.result);
      if (holder === undefined) await this.#put(this.#render(origin, false), true);
      else await this.#open(holder.uri, holder.text.languageId);
    });
  }

  /** Replaces what the response tab in front shows, or what it shows of the same request; moves none to the front. */
  updateIfOpen(origin: ResultOrigin): Promise<void> {
    return this.#inTurn(() => this.#put(this.#render(origin, false), false));
  }

  /** Takes the answer of another request away while this one is under way. */
  waitIfOpen(origin: ResultOrigin): Promise<void> {
    const text = waitingText(origin.result, this.#options.mask);
    return this.#inTurn(() => this.#put({ ...origin, text, revealed: false, waiting: true }, false));
  }

  /** Another environment was chosen: what was sent in an earlier one says so. */
  async environmentChanged(): Promise<void> {
    for (const shown of this.#shown.values()) {
      if (shown.waiting) continue;
      const rendered = this.#render(shown, shown.revealed);
      if (rendered.text.text !== shown.text.text) await this.#update({ ...shown, ...rendered }, false);
    }
  }

  pin(uri: Uri, pinned: boolean): void {
    const shown = this.of(uri);
    if (shown === null) return;
    if (pinned && this.#current === uri.toString()) this.#current = null;
    // Let go before another one was opened, it is the one that is used again.
    if (!pinned) this.#current ??= uri.toString();
    const changed = { ...shown, pinned };
    this.#shown.set(uri.toString(), changed);
    this.#updated.fire(changed);
  }

  /** Secrets in the clear, or masked again, in this document alone. */
  async reveal(uri: Uri, revealed: boolean): Promise<void> {
    const shown = this.of(uri);
    if (shown !== null) await this.#update({ ...shown, ...this.#render(shown, revealed) }, false);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #render(origin: ResultOrigin, revealed: boolean): Omit<ShownResponse, 'uri' | 'pinned'> {
    const { result, source, environment } = origin;
    const { mask, chosen } = this.#options;
    const words = environmentWords(environment, chosen(source));
    const text = responseText(result, mask, revealed, words);
    return { result, source, environment, text, revealed, waiting: false };
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Into the current document where it is named so, else into one that takes its place. */
  async #put(next: Omit<ShownResponse, 'uri' | 'pinned'>, open: boolean): Promise<void> {
    const key = this.#current;
    const name = responseName(next.result, this.#options.mask);
    const current = key === null ? null : Uri.parse(key);
    if (current !== null && current.path.endsWith(`/${name}`) && !this.#outgrows(current, next.text)) {
      await this.#update({ ...next, uri: current, pinned: false }, open);
      return;
    }
    // Behind another tab it stands under its own name, so it does not look like the answer to this request.
    if (!open && (key === null || !isVisible(key))) return;
    // The tab shows the last part; the part before it tells responses of one name apart.
    this.#count++;
    const uri = Uri.from({ scheme: responseScheme, path: `/${this.#count}/${name}` });
    this.#current = uri.toString();
    await this.#update({ ...next, uri, pinned: false }, true, key === null ? null : columnOf(key));
    if (key !== null) await closeTab(key);
  }

  /** When both texts are huge: opening another document is faster than replacing. */
  #outgrows(current: Uri, next: ResponseText): boolean {
    const held = this.of(current)?.text.text.length ?? 0;
    return Math.min(held, next.text.length) >= mostReplaced;
  }

  async #update(shown: ShownResponse, open: boolean, column: ViewColumn | null = null): Promise<void> {
    const { uri, text } = shown;
    const key = uri.toString();
    const before = this.#shown.get(key);
    this.#shown.set(key, shown);
    const document = workspace.textDocuments.find((other) => other.uri.toString() === key);
    if (document === undefined) {
      if (open) await this.#open(uri, text.languageId, column);
    } else {
      // A huge text must never meet a language that reads all of it: without colours it comes last and goes first.
      if (text.languageId === 'plaintext') await setLanguage(document, text.languageId);
      this.#changed.fire(uri);
      if (before?.text.text !== text.text) await textChanged(key);
      await setLanguage(document, text.languageId);
      if (open && !isVisible(key)) await this.#open(uri, text.languageId);
    }
    // What is painted around the text waits until the text is there.
    this.#updated.fire(shown);
  }

  async #open(uri: Uri, languageId: string, column: ViewColumn | null = null): Promise<void> {
    const document = await workspace.openTextDocument(uri);
    // The language goes ahead of the editor on the same wire, so nothing is painted without its colours.
    const languageSet = setLanguage(document, languageId);
    await window.showTextDocument(document, {
      viewColumn: columnOf(uri.toString()) ?? column ?? ViewColumn.Beside,
      preserveFocus: true,
      preview: false,
    });
    await languageSet;
  }

  #closed(uri: Uri): void {
    const key = uri.toString();
    if (columnOf(key) !== null) return;
    this.#shown.delete(key);
    if (this.#current === key) this.#current = null;
  }
}

function environmentWords(environment: string | null, chosen: string | null): string | null {
  if (environment === null) {
    return chosen === null ? null : l10n.t('no environment; {0} is chosen now', chosen);
  }
  if (environment === chosen) return l10n.t('environment {0}', environment);
  return chosen === null
    ? l10n.t('environment {0}; none is chosen now', environment)
    : l10n.t('environment {0}; {1} is chosen now', environment, chosen);
}

async function setLanguage(document: TextDocument, languageId: string): Promise<void> {
  if (!document.isClosed && document.languageId !== languageId) {
    await languages.setTextDocumentLanguage(document, languageId);
  }
}

function isVisible(key: string): boolean {
  return window.visibleTextEditors.some(({ document }) => document.uri.toString() === key);
}

async function closeTab(key: string): Promise<void> {
  const tabs = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof TabInputText && input.uri.toString() === key);
  if (tabs.length > 0) await window.tabGroups.close(tabs, true);
}

/** The editor has put the new text into the document; it says nothing when there was nothing to do. */
function textChanged(key: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, longestTextChangeMs);
    const subscription = workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.toString() === key) done();
    });
  });
}

/** Where the document has a tab already. */
function columnOf(key: string): ViewColumn | null {
  for (const group of window.tabGroups.all) {
    for (const { input } of group.tabs) {
      if (input instanceof TabInputText && input.uri.toString() === key) return group.viewColumn;
    }
  }
  return null;
}
