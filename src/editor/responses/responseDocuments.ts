import {
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
import { responseText, type ResponseText, waitingText } from './responseText.ts';

export const responseScheme = 'keyturn-response';

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
const gone = 'The response is no longer held. Send the request again.\n';

/**
 * Read-only documents for responses. One of them is used again and again, so that the editor only has to replace
 * text; pinning it leaves it as it is, and the next response opens another.
 */
export class ResponseDocuments implements TextDocumentContentProvider {
  readonly #options: ResponseDocumentsOptions;
  readonly #changed = new EventEmitter<Uri>();
  readonly #updated = new EventEmitter<ShownResponse>();
  readonly #shown = new Map<string, ShownResponse>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #current: string | null = null;
  #count = 0;
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
  async show(origin: ResultOrigin): Promise<void> {
    const rendered = this.#render(origin, false);
    const outgrown = this.#takeOutgrown(rendered.text);
    const uri = this.#slot();
    await this.#update({ ...rendered, uri, pinned: false }, true);
    if (outgrown !== null) await closeTab(outgrown);
  }

  /** Replaces what the open response tab shows; opens none and moves none to the front. */
  async updateIfOpen(origin: ResultOrigin): Promise<void> {
    if (this.#current === null) return;
    const uri = Uri.parse(this.#current);
    await this.#update({ ...this.#render(origin, false), uri, pinned: false }, false);
  }

  /** Takes the answer of another request away while this one is under way. */
  async waitIfOpen(origin: ResultOrigin): Promise<void> {
    if (this.#current === null) return;
    const uri = Uri.parse(this.#current);
    const text = waitingText(origin.result, this.#options.mask);
    await this.#update({ ...origin, text, revealed: false, uri, pinned: false, waiting: true }, false);
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

  /** The current document when both it and the next text are huge: opening another one is faster than replacing. */
  #takeOutgrown(next: ResponseText): string | null {
    const key = this.#current;
    const held = key === null ? 0 : (this.#shown.get(key)?.text.text.length ?? 0);
    if (Math.min(held, next.text.length) < mostReplaced) return null;
    this.#current = null;
    return key;
  }

  #slot(): Uri {
    if (this.#current !== null) return Uri.parse(this.#current);
    // The tab shows the last part; the part before it tells pinned responses apart.
    this.#count++;
    const uri = Uri.from({ scheme: responseScheme, path: `/${this.#count}/Response` });
    this.#current = uri.toString();
    return uri;
  }

  async #update(shown: ShownResponse, open: boolean): Promise<void> {
    const { uri, text } = shown;
    const key = uri.toString();
    const before = this.#shown.get(key);
    this.#shown.set(key, shown);
    const document = workspace.textDocuments.find((other) => other.uri.toString() === key);
    if (document === undefined) {
      if (open) await this.#open(uri, text.languageId);
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

  async #open(uri: Uri, languageId: string): Promise<void> {
    const document = await workspace.openTextDocument(uri);
    // The language goes ahead of the editor on the same wire, so nothing is painted without its colours.
    const languageSet = setLanguage(document, languageId);
    await window.showTextDocument(document, {
      viewColumn: columnOf(uri.toString()) ?? ViewColumn.Beside,
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
  if (environment === chosen) return environment === null ? null : `environment ${environment}`;
  const now = chosen === null ? 'none is chosen now' : `${chosen} is chosen now`;
  return environment === null ? `no environment; ${now}` : `environment ${environment}; ${now}`;
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
