import { l10n, ProgressLocation, type TextDocument, window } from 'vscode';
import { disabledBy, noteOf } from '../../httpfile/marks/stops.ts';
import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import type { RequestResult } from '../../run/result.ts';
import { showError } from '../platform/messages.ts';
import type { EditorServices } from '../platform/services.ts';
import type { DocumentTrees } from './language/documentTrees.ts';
import { oneLine } from './results/resultWords.ts';
import { label } from './sendCommands.ts';
import type { Sender } from './sender.ts';
import { type BatchCounts, countResult, noCounts, summary } from './results/batchSummary.ts';

export interface SendAllParts {
  readonly services: EditorServices;
  readonly trees: DocumentTrees;
  readonly sender: Sender;
}

/** Every request of the document, one after the other, each result at its line. */
export async function sendAll(
  { services, trees, sender }: SendAllParts,
  document: TextDocument,
): Promise<void> {
  const tree = trees.of(document);
  if (tree.requests.length === 0) {
    await window.showInformationMessage(l10n.t('There is no request in this file.'));
    return;
  }
  const requests = await agreedRequests(services, tree);
  if (requests === null) return;
  const total = requests.length;
  const counts = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      cancellable: true,
      title: l10n.t('Sending {0} requests', total),
    },
    async (progress, cancellation): Promise<BatchCounts> => {
      const controller = new AbortController();
      cancellation.onCancellationRequested(() => controller.abort());
      let done = noCounts;
      for (const node of requests) {
        if (controller.signal.aborted) break;
        progress.report({
          message: `${done.sent + 1}/${total} · ${oneLine(services.redactor.mask(label(node)), 60)}`,
          increment: 100 / total,
        });
        let result: RequestResult | null;
        try {
          result = await sender.send(document, node, { signal: controller.signal, confirmed: true });
        } catch (error) {
          showError(services, l10n.t('Sending the requests'), error);
          break;
        }
        done = countResult(done, result);
      }
      return done;
    },
  );
  const text = summary(counts, total);
  if (counts.failed > 0 || counts.notRun > 0 || counts.sent + counts.skipped < total)
    await window.showWarningMessage(text);
  else await window.showInformationMessage(text);
}

/** Notes that are shown; the others are counted. */
const mostNotes = 8;

/**
 * The requests to send: requests with a `# @note` are asked about together, before anything is sent. Null where the person
 * cancels.
 */
async function agreedRequests(
  { redactor }: Pick<EditorServices, 'redactor'>,
  tree: HttpFile,
): Promise<readonly RequestNode[] | null> {
  const noted = tree.requests.flatMap((node) => {
    const note = disabledBy(tree, node) === null ? noteOf(tree, node) : null;
    return note === null ? [] : [{ node, note: note.value }];
  });
  if (noted.length === 0) return tree.requests;
  const lines = noted.slice(0, mostNotes).map(({ node, note }) => {
    const request = oneLine(redactor.mask(node.name ?? `${node.method} ${maskedWrittenUrl(node.url)}`), 80);
    return note === '' ? request : `${request}: ${oneLine(redactor.mask(note), 120)}`;
  });
  if (noted.length > mostNotes) lines.push(l10n.t('and {0} more', noted.length - mostNotes));
  const send = l10n.t('Send All');
  const skip = l10n.t('Skip These');
  const answer = await window.showWarningMessage(
    noted.length === 1
      ? l10n.t('1 request asks before it is sent')
      : l10n.t('{0} requests ask before they are sent', noted.length),
    { modal: true, detail: lines.join('\n') },
    send,
    skip,
  );
  if (answer === send) return tree.requests;
  if (answer !== skip) return null;
  const skipped = new Set(noted.map(({ node }) => node));
  return tree.requests.filter((node) => !skipped.has(node));
}
