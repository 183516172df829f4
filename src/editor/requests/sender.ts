import { commands, l10n, StatusBarAlignment, type TextDocument, window } from 'vscode';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import type { RequestResult } from '../../run/result.ts';
import type { EditorServices } from '../platform/services.ts';
import { requestCommands, requestContextKeys } from './commands.ts';
import type { DocumentTrees } from './language/documentTrees.ts';
import type { InlineResults, InlineState } from './results/inlineResults.ts';
import { oneLine } from './results/resultWords.ts';
import { runOptions } from './runOptions.ts';

export interface SendOptions {
  /** A token picked for this send. */
  readonly tokenName?: string;
  /** Streams the body to this location. */
  readonly saveBodyTo?: string;
  /** The person has agreed to send it, as Send All asks for all requests at once. */
  readonly confirmed?: boolean;
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
  readonly #trees: DocumentTrees;
  readonly #inline: InlineResults;
  readonly #running = new Map<AbortController, { readonly key: string; readonly label: string }>();
  readonly #item = window.createStatusBarItem('keyturn.running', StatusBarAlignment.Left, 0);
  readonly #onInline: (document: TextDocument) => void;
  #shown = false;

  constructor(
    services: EditorServices,
    trees: DocumentTrees,
    inline: InlineResults,
    onInline: (document: TextDocument) => void,
  ) {
    this.#services = services;
    this.#trees = trees;
    this.#inline = inline;
    this.#onInline = onInline;
    this.#item.name = l10n.t('Keyturn: request under way');
    this.#item.command = requestCommands.cancel;
    this.#item.tooltip = l10n.t('Cancel the request');
  }

  /** Null when this very request is under way already. */
  async send(
    document: TextDocument,
    node: RequestNode,
    options: SendOptions = {},
  ): Promise<RequestResult | null> {
    const key = `${document.uri.toString()} ${node.line}`;
    for (const other of this.#running.values()) if (other.key === key) return null;
    const controller = new AbortController();
    const location = document.uri.toString();
    const started: InlineState = {
      kind: 'running',
      startedAtMs: this.#services.clock.now(),
      previous: this.#inline.resultAt(location, node.line),
    };
    const tree = this.#trees.of(document);
    const environmentName = this.#services.environments.selected(document.uri);
    this.#running.set(controller, {
      key,
      label: oneLine(
        this.#services.redactor.mask(`${node.method} ${node.name ?? maskedWrittenUrl(node.url)}`),
        50,
      ),
    });
    this.#inline.set(location, node, started, environmentName);
    this.#onInline(document);
    const progress = setTimeout(() => this.#showRunning(), progressAfterMs);
    const abort = () => controller.abort();
    options.signal?.addEventListener('abort', abort);
    try {
      const [engine, environment] = await Promise.all([
        this.#services.engine(),
        this.#services.environments.variables(document.uri),
      ]);
      const result = await engine.run(
        {
          file: location,
          tree,
          node,
          environment,
          overrides: {},
          tokenName: options.tokenName ?? null,
          options: runOptions(document.uri, options.saveBodyTo ?? null),
          confirmed: options.confirmed ?? false,
        },
        controller.signal,
      );
      this.#inline.finish(location, started, result);
      // Another one may have been chosen meanwhile.
      this.#inline.keepEnvironment(location, this.#services.environments.selected(document.uri));
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
      this.#onInline(document);
    }
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
    const labels = [...this.#running.values()].map(({ label }) => label);
    const [first] = labels;
    if (first !== undefined) {
      this.#item.text = `$(loading~spin) ${labels.length === 1 ? first : l10n.t('{0} requests', labels.length)}`;
      this.#item.accessibilityInformation = {
        label: l10n.t('Sending {0}. Activate to cancel.', labels.join(', ')),
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
