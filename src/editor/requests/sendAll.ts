import { l10n, ProgressLocation, type TextDocument, window } from 'vscode';
import type { RequestResult } from '../../run/result.ts';
import { showError } from '../messages.ts';
import type { EditorServices } from '../services.ts';
import type { DocumentTrees } from './documentTrees.ts';
import { oneLine } from './resultWords.ts';
import { label } from './sendCommands.ts';
import type { Sender } from './sender.ts';
import { type BatchCounts, countResult, noCounts, summary } from './batchSummary.ts';

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
  const { requests } = trees.of(document);
  const total = requests.length;
  if (total === 0) {
    await window.showInformationMessage(l10n.t('There is no request in this file.'));
    return;
  }
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
          result = await sender.send(document, node, { signal: controller.signal });
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
  if (counts.failed > 0 || counts.sent < total) await window.showWarningMessage(text);
  else await window.showInformationMessage(text);
}
