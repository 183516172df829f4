import { l10n, type Progress, ProgressLocation, type TextDocument, window } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import { disabledBy, noteOf } from '../../httpfile/marks/stops.ts';
import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import { runInOrder } from '../../run/batch.ts';
import { showError } from '../platform/messages.ts';
import type { EditorServices } from '../services.ts';
import type { InlineResults } from '../results/inlineResults.ts';
import { summary } from '../results/batchSummary.ts';
import { openSession } from './openSession.ts';
import { oneLine } from '../platform/oneLine.ts';
import { label } from './sendCommands.ts';
import type { Sender } from './sender.ts';

/** The notification follows the requests, but not each of thousands. */
const progressEveryMs = 100;

export interface SendAllParts {
  readonly services: EditorServices;
  readonly sender: Sender;
  readonly inline: InlineResults;
}

/**
 * Every request of the document as it is at the beginning, one after the other, each result at its line. Resolves when
 * they are done.
 */
export async function sendAll(
  { services, sender, inline }: SendAllParts,
  document: TextDocument,
): Promise<void> {
  const tree = treeOf(document);
  if (tree.requests.length === 0) {
    await window.showInformationMessage(l10n.t('There is no request in this file.'));
    return;
  }
  using pending = inline.follow(document.uri.toString(), tree.requests);
  const requests = await confirmedRequests(services, tree);
  if (requests === null) return;
  const total = requests.length;
  const counts = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      cancellable: true,
      title: l10n.t('Sending {0} requests', total),
    },
    async (progress, cancellation) => {
      const controller = new AbortController();
      cancellation.onCancellationRequested(() => controller.abort());
      const { signal } = controller;
      try {
        const session = await openSession(services, document, {
          tree,
          tokenName: null,
          confirmed: true,
          rules: { strict: false, skipsDisabled: true },
          saveBodyTo: null,
        });
        const tell = follow(services, progress, total);
        const send = (node: RequestNode) => {
          tell(node);
          const shownAt = pending.take(node, treeOf(document));
          return sender.send(document, node, { signal, session, shownAt });
        };
        // The sender shows each result, and the session counts it.
        const results = runInOrder(requests, send, { concurrency: 1, signal });
        while ((await results.next()).done !== true);
        return session.session.counts;
      } catch (error) {
        showError(services, l10n.t('Sending the requests'), error);
        return null;
      }
    },
  );
  if (counts === null) return;
  const text = summary(counts, total);
  // The command is done before its message is read.
  if (counts.failed > 0 || counts.notRun > 0 || counts.sent + counts.skipped < total)
    void window.showWarningMessage(text);
  else void window.showInformationMessage(text);
}

/** Tells the notification which request is being sent, not more often than it can be read. */
function follow(
  { redactor, clock }: Pick<EditorServices, 'redactor' | 'clock'>,
  progress: Progress<{ message: string; increment: number }>,
  total: number,
): (node: RequestNode) => void {
  let begun = 0;
  let told = 0;
  let toldAtMs = -Infinity;
  return (node) => {
    begun++;
    const nowMs = clock.now();
    if (Math.abs(nowMs - toldAtMs) < progressEveryMs) return;
    progress.report({
      message: `${begun}/${total} · ${oneLine(redactor.mask(label(node)), 60)}`,
      increment: ((begun - told) * 100) / total,
    });
    told = begun;
    toldAtMs = nowMs;
  };
}

/** Notes that are shown; the others are counted. */
const mostNotes = 8;

/**
 * The requests to send: requests with a `# @note` are asked about together, before anything is sent. Null where the person
 * cancels.
 */
async function confirmedRequests(
  { redactor }: Pick<EditorServices, 'redactor'>,
  tree: HttpFile,
): Promise<readonly RequestNode[] | null> {
  const noted = tree.requests.flatMap((node) => {
    const note = disabledBy(tree, node) === null ? noteOf(tree, node) : null;
    return note === null ? [] : [{ node, note: note.value }];
  });
  if (noted.length === 0) return tree.requests;
  const lines = noted.slice(0, mostNotes).map(({ node, note }) => {
    const request = oneLine(redactor.mask(label(node)), 80);
    return note === '' ? request : `${request}: ${oneLine(redactor.mask(note), 120)}`;
  });
  if (noted.length > mostNotes) lines.push(l10n.t('and {0} more', noted.length - mostNotes));
  const send = l10n.t('Send All');
  const skip = l10n.t('Skip These');
  const answer = await window.showWarningMessage(
    noted.length === 1
      ? l10n.t('1 request asks before Keyturn sends it')
      : l10n.t('{0} requests ask before Keyturn sends them', noted.length),
    { modal: true, detail: lines.join('\n') },
    send,
    skip,
  );
  if (answer === send) return tree.requests;
  if (answer !== skip) return null;
  const skipped = new Set(noted.map(({ node }) => node));
  return tree.requests.filter((node) => !skipped.has(node));
}
