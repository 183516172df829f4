import { l10n, type TextDocument, Uri, window, workspace } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { requestAtLine } from '../../httpfile/parse/requestAt.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import { maskError } from '../../run/masked.ts';
import { type RequestResult, unanswered } from '../../run/result.ts';
import { showError, withCancellableProgress } from '../platform/messages.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import { safeFileName } from '../responses/bodyFileName.ts';
import type { Responses } from '../responses/register.ts';
import type { ShownResponse } from '../responses/responseDocuments.ts';
import type { EditorServices } from '../services.ts';
import type { turnLoginIntoToken } from '../logins/turnLogin.ts';
import type { signInInEditor } from '../signIn/signInToApi.ts';
import { treeOf } from '../documents/documentTrees.ts';
import type { InlineResults } from '../results/inlineResults.ts';
import type { offerNextStep } from '../results/offers.ts';
import { pickToken } from './pickToken.ts';
import { chooseToken, insertToken } from './chooseToken.ts';
import { clockTime } from '../results/resultProblems.ts';
import { oneLine } from '../platform/oneLine.ts';
import { waitUntilMs } from '../results/resultWords.ts';
import type { Sender, SendOptions } from './sender.ts';

export interface SendParts {
  readonly services: EditorServices;
  readonly inline: InlineResults;
  readonly sender: Sender;
  readonly responses: Responses;
  readonly loadSending: () => Promise<SendingParts>;
}

/** What only a request that is sent needs. */
export interface SendingParts {
  readonly offerNextStep: typeof offerNextStep;
  readonly signInInEditor: typeof signInInEditor;
  readonly turnLoginIntoToken: typeof turnLoginIntoToken;
}

interface Target {
  readonly document: TextDocument;
  readonly node: RequestNode;
}

/** What the person does to send one request. */
export class SendCommands {
  readonly #parts: SendParts;

  constructor(parts: SendParts) {
    this.#parts = parts;
  }

  /** The request at a line of a document, by default under the cursor. */
  async send(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target !== null) await this.#run(target, {});
  }

  /** From a request that the API answers with 401 to one that works. */
  async signInToApi(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const { document } = target;
    const before = this.#resultOf(target);
    const result = before?.response?.status === 401 ? before : await this.#sendOnce(target, {});
    if (result?.response == null) return;
    if (result.response.status === 401) {
      await this.#signInToApi(document, result);
    } else {
      const { status } = result.response;
      await window.showInformationMessage(
        l10n.t('The API answered with {0}, so it does not require another token.', status),
      );
    }
  }

  /** A profile of a login that was sent, and the requests that use its token. */
  async turnLoginIntoToken(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const { services } = this.#parts;
    try {
      const sending = await this.#parts.loadSending();
      await sending.turnLoginIntoToken(services, target.document, target.node);
    } catch (error) {
      showError(services, l10n.t('Turn This Login into a Token'), error);
    }
  }

  /** With a token picked for this send alone. */
  async sendWithToken(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const tokenName = await pickToken(this.#parts.services, target.document);
    if (tokenName !== null) await this.#run(target, { tokenName });
  }

  /** What helps a request that failed or that the server refused. */
  async nextStep(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const result = this.#resultOf(target);
    if (result === null || (result.error === null && result.challenge === null))
      await window.showInformationMessage(
        l10n.t('The server has not refused this request. Send the request first.'),
      );
    else this.#offerNextStep(target.document, result, {}, true);
  }

  /** Once the server takes requests again. */
  async sendWhenAllowed(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const { document } = target;
    const result = this.#resultOf(target);
    const untilMs = result === null ? null : waitUntilMs(result);
    if (result !== null && untilMs !== null) {
      const { clock } = this.#parts.services;
      const title = l10n.t('Waiting until {0} for the rate limit', clockTime(untilMs, clock.now()));
      const waited = await withCancellableProgress(title, (signal) => until(clock, untilMs, signal));
      if (!waited) return;
    }
    const now =
      result === null ? target : await this.#target(document.uri, this.#lineOf(result, document.uri));
    if (now !== null) await this.#run(now, {});
  }

  /** Names a token above the request: the one that is given, else one that the person chooses. */
  async chooseToken(uri?: unknown, line?: unknown, name?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const { services } = this.#parts;
    const { document, node } = target;
    if (typeof name === 'string') return insertToken(document, node.line, name);
    const signsIn = this.#resultOf(target)?.challenge?.resourceMetadata != null;
    await chooseToken(services, document, node, signsIn);
  }

  /** The last response of a request, without sending it again. */
  async openResponse(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const result = this.#resultOf(target);
    if (result === null) {
      await window.showInformationMessage(l10n.t('This request has no response yet. Send it first.'));
      return;
    }
    const source = target.document.uri;
    const environment = this.#parts.services.environments.selected(source);
    await this.#parts.responses.reopen({ result, source, environment });
  }

  async sendAndSave(uri?: unknown, line?: unknown): Promise<void> {
    const target = await this.#target(uri, line);
    if (target === null) return;
    const file = await window.showSaveDialog({
      defaultUri: Uri.joinPath(
        target.document.uri,
        '..',
        safeFileName(plainUrl(maskedWrittenUrl(target.node.url)), ''),
      ),
      title: l10n.t(
        'Save the response body of {0}',
        oneLine(this.#parts.services.redactor.mask(label(target.node)), 60),
      ),
      saveLabel: l10n.t('Send and Save'),
    });
    if (file === undefined) return;
    const result = await this.#run(target, { saveBodyTo: file.toString() });
    if (result?.response == null) return;
    const open = l10n.t('Open');
    const name = withoutLinks(workspace.asRelativePath(file));
    const answer =
      result.error === null
        ? await window.showInformationMessage(l10n.t('Saved the response body to {0}.', name), open)
        : await window.showWarningMessage(
            withoutLinks(
              l10n.t('Saved only part of the response body to {0}: {1}', name, result.error.message),
            ),
            open,
          );
    if (answer === open) await window.showTextDocument(file);
  }

  async resend({ result, source }: ShownResponse): Promise<void> {
    await this.send(source, this.#lineOf(result, source));
  }

  async sendAndSaveAgain({ result, source }: ShownResponse): Promise<void> {
    await this.sendAndSave(source, this.#lineOf(result, source));
  }

  #resultOf({ document, node }: Target): RequestResult | null {
    return this.#parts.inline.resultAt(document.uri.toString(), node.line);
  }

  #lineOf(result: RequestResult, source: Uri): number {
    return this.#parts.inline.lineOf(source.toString(), result) ?? result.node.line;
  }

  async #run(target: Target, options: SendOptions): Promise<RequestResult | null> {
    const result = await this.#sendOnce(target, options);
    if (result !== null) this.#offerNextStep(target.document, result, options);
    return result;
  }

  async #sendOnce({ document, node }: Target, options: SendOptions): Promise<RequestResult | null> {
    const { sender, responses, services } = this.#parts;
    const source = document.uri;
    const environment = services.environments.selected(source);
    const nothingYet = unanswered(source.toString(), node, services.clock.now());
    const waiting = responses.waitFor({ result: nothingYet, source, environment });
    try {
      const result = await sender.send(document, node, {
        ...options,
        show: async (shown) => {
          waiting.dispose();
          await responses.show({ result: shown, source, environment });
        },
      });
      if (result === null)
        window.setStatusBarMessage(l10n.t('Keyturn is already sending this request.'), 3000);
      return result;
    } catch (error) {
      const failed = { ...nothingYet, error: maskError(services.redactor, error) };
      await responses.show({ result: failed, source, environment });
      showError(services, l10n.t('Sending the request'), error);
      return null;
    } finally {
      waiting.dispose();
    }
  }

  /** The request itself is over: nothing waits for the person's answer. `asked`: the person wants to see what helps. */
  #offerNextStep(document: TextDocument, result: RequestResult, options: SendOptions, asked = false): void {
    if (result.error === null && result.challenge === null) return;
    const { services } = this.#parts;
    const offer = async () => {
      const { offerNextStep } = await this.#parts.loadSending();
      await offerNextStep(services, {
        document,
        result,
        tokenName: options.tokenName ?? null,
        asked,
        line: () => this.#lineOf(result, document.uri),
        again: async () => {
          const target = await this.#target(document.uri, this.#lineOf(result, document.uri));
          if (target !== null) await this.#run(target, options);
        },
        signInToApi: () => this.#signInToApi(document, result),
      });
    };
    offer().catch((error: unknown) =>
      showError(services, l10n.t('Offering what to do after a failed request'), error),
    );
  }

  async #signInToApi(document: TextDocument, result: RequestResult): Promise<void> {
    const { services, inline } = this.#parts;
    try {
      const { signInInEditor } = await this.#parts.loadSending();
      const node = () => {
        const line = inline.lineOf(document.uri.toString(), result);
        return line === null ? null : requestAtLine(treeOf(document), line);
      };
      const line = await signInInEditor(services, await services.apiSignIn(), { document, result, node });
      const target = line === null ? null : await this.#target(document.uri, line);
      if (target !== null) await this.#run(target, {});
    } catch (error) {
      showError(services, l10n.t('Signing in to the API'), error);
    }
  }

  async #target(uri: unknown, line: unknown): Promise<Target | null> {
    const editor = window.activeTextEditor;
    const named = typeof uri === 'string' ? Uri.parse(uri, true) : uri;
    const document = named instanceof Uri ? await documentOf(named) : editor?.document;
    if (document?.languageId !== 'http') {
      await window.showInformationMessage(l10n.t('Open an .http file and put the cursor in a request.'));
      return null;
    }
    const at =
      typeof line === 'number' ? line : editor?.document === document ? editor.selection.active.line : 0;
    const node = requestAtLine(treeOf(document), at);
    if (node === null) {
      await window.showInformationMessage(l10n.t('There is no request here. Put the cursor in one.'));
      return null;
    }
    return { document, node };
  }
}

/** An open document is at hand at once, unsaved edits and all. */
async function documentOf(uri: Uri): Promise<TextDocument> {
  const key = uri.toString();
  const open = workspace.textDocuments.find((document) => document.uri.toString() === key);
  return open ?? (await workspace.openTextDocument(uri));
}

/** True when the time came, false when the person did not want to wait. */
function until(clock: Clock, atMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.at(atMs, () => resolve(true));
    signal.addEventListener('abort', () => {
      timer.dispose();
      resolve(false);
    });
  });
}

export function label(node: RequestNode): string {
  return node.name ?? node.title ?? `${node.method} ${maskedWrittenUrl(node.url)}`;
}

/** `{{api}}/reports` has a last part that names a file, though it is no URL yet. */
function plainUrl(url: string): string {
  return `http://localhost/${url.split(/[?#]/, 1)[0]?.split('/').at(-1) ?? ''}`;
}
