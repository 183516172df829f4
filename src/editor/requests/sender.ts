import { commands, l10n, StatusBarAlignment, type TextDocument, window } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import type { RequestResult } from '../../run/result.ts';
import type { EditorServices } from '../services.ts';
import { requestCommands, requestContextKeys } from './commands.ts';
import type { InlineResults, InlineState } from '../results/inlineResults.ts';
import { type DocumentSession, openSession } from './openSession.ts';
import type { ResultDecorations } from '../results/resultDecorations.ts';
import { oneLine } from '../platform/oneLine.ts';

export interface SendOptions {
  /** A token picked for this send. */
  readonly tokenName?: string;
  /** Streams the body to this location. */
  readonly saveBodyTo?: string;
  /** The session that it is part of, as with Send All; by default one of its own. */
  readonly session?: DocumentSession;
  /**
   * The request as it stands in the document now, where it was parsed before; null where an edit changed it or took it
   * away, so that no line shows its result.
   */
  readonly shownAt?: RequestNode | null;
  /** Cancels from outside, as Send All does. */
  readonly signal?: AbortSignal;
  /** Shows the response; the line in the request's own document is painted after it. */
  show?(result: RequestResult): Promise<void>;
}

/** Waits shorter than this are not worth a status-bar item. */
const progressAfterMs = 1000;

/** Sends requests of documents, shows how they do at their lines and lets the person cancel them. */
export class Sender {
  readonly #services: EditorServices;
  readonly #inline: InlineResults;
  /** With the labels of their requests. */
  readonly #running = new Map<AbortController, string>();
  readonly #item = window.createStatusBarItem('keyturn.running', StatusBarAlignment.Left, 0);
  readonly #decorations: Pick<ResultDecorations, 'started' | 'update'>;
  #shown = false;

  constructor(
    services: EditorServices,
    inline: InlineResults,
    decorations: Pick<ResultDecorations, 'started' | 'update'>,
  ) {
    this.#services = services;
    this.#inline = inline;
    this.#decorations = decorations;
    this.#item.name = l10n.t('Keyturn: request in progress');
    this.#item.command = requestCommands.cancel;
    this.#item.tooltip = l10n.t('Cancel the request');
  }

  /** Null when this very request is under way already. */
  async send(
    document: TextDocument,
    node: RequestNode,
    options: SendOptions = {},
  ): Promise<RequestResult | null> {
    const location = document.uri.toString();
    const { shownAt = node } = options;
    const before = shownAt === null ? null : this.#inline.at(location, shownAt.line);
    if (before?.kind === 'running') return null;
    const controller = new AbortController();
    const started: InlineState = {
      kind: 'running',
      startedAtMs: this.#services.clock.now(),
      previous: before?.result ?? null,
    };
    const environmentName = this.#services.environments.selected(document.uri);
    const label = `${node.method} ${node.name ?? maskedWrittenUrl(node.url)}`;
    this.#running.set(controller, oneLine(this.#services.redactor.mask(label), 50));
    if (shownAt !== null) this.#inline.set(location, shownAt, started, environmentName);
    this.#decorations.started();
    const progress = setTimeout(() => this.#showRunning(), progressAfterMs);
    const abort = () => controller.abort();
    options.signal?.addEventListener('abort', abort);
    try {
      const { session, file } = options.session ?? (await this.#ownSession(document, options));
      const { result } = await session.run(file, node, controller.signal);
      // Another environment may have been chosen meanwhile.
      if (this.#services.environments.selected(document.uri) === environmentName)
        this.#inline.finish(location, started, result);
      else this.#inline.remove(location, started);
      this.#services.results.fire(result);
      await options.show?.(result);
      return result;
    } catch (error) {
      this.#inline.remove(location, started);
      throw error;
    } finally {
      clearTimeout(progress);
      options.signal?.removeEventListener('abort', abort);
      this.#running.delete(controller);
      this.#showRunning();
      this.#decorations.update(document);
    }
  }

  #ownSession(document: TextDocument, options: SendOptions): Promise<DocumentSession> {
    return openSession(this.#services, document, {
      tree: treeOf(document),
      tokenName: options.tokenName ?? null,
      confirmed: false,
      rules: { strict: false, skipsDisabled: false },
      saveBodyTo: options.saveBodyTo ?? null,
      sentFirst: ({ result }) => this.#showSentFirst(document, result),
    });
  }

  #showSentFirst(document: TextDocument, result: RequestResult): void {
    const { file, node, startedAtMs } = result;
    const running: InlineState = { kind: 'running', startedAtMs, previous: null };
    this.#inline.set(file, node, running, this.#services.environments.selected(document.uri));
    this.#inline.finish(file, running, result);
    this.#services.results.fire(result);
  }

  cancelAll(): void {
    for (const controller of this.#running.keys()) controller.abort();
  }

  dispose(): void {
    this.cancelAll();
    this.#item.dispose();
  }

  /** Called late while running and at the end of each request: what answers at once never gets here first. */
  #showRunning(): void {
    const labels = [...this.#running.values()];
    const [first] = labels;
    if (first !== undefined) {
      this.#item.text = `$(loading~spin) ${labels.length === 1 ? first : l10n.t('{0} requests', labels.length)}`;
      this.#item.accessibilityInformation = {
        label: l10n.t('Sending {0}. Select to cancel.', labels.join(', ')),
      };
    }
    const running = first !== undefined;
    if (running === this.#shown) return;
    this.#shown = running;
    if (running) this.#item.show();
    else this.#item.hide();
    void commands.executeCommand('setContext', requestContextKeys.running, running);
  }
}
