import { type CancellationToken, l10n, ProgressLocation, window } from 'vscode';
import { asKeyturnError } from '../../base/errors.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { Log } from './log.ts';
import { remedyForError } from './remedies.ts';
import { withoutLinks } from './noticeText.ts';

export interface MessageParts {
  readonly log: Log;
  readonly redactor: Redactor;
}

/** Tells the person what failed and what to do next, and logs it. A cancelled action needs no words. */
export function showError({ log, redactor }: MessageParts, what: string, error: unknown): void {
  const known = asKeyturnError(error);
  if (known.code === 'cancelled') return;
  log.error(what, error);
  const sentence = [known.message, known.hint].filter((part) => part !== undefined).join(' ');
  // The editor cuts a message without a button after its first line, and the hint with it.
  const showLog = l10n.t('Show Log');
  const remedy = remedyForError(known.code, error);
  const buttons = remedy === null ? [showLog] : [remedy.title, showLog];
  void window.showErrorMessage(withoutLinks(redactor.mask(sentence)), ...buttons).then((chosen) => {
    if (chosen === showLog) log.show();
    else if (chosen === remedy?.title) void remedy?.apply();
  });
}

/** Runs long work under a notification with a Cancel button. */
export function withCancellableProgress<T>(
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
): Thenable<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title: withoutLinks(title), cancellable: true },
    (_, cancellation) => work(abortSignal(cancellation)),
  );
}

/** A notification stays for a moment even if the work is done at once: less than this is not worth one. */
export const LATE_MS = 500;

/** The same for work that is mostly done at once: nothing is shown then. */
export async function withLateProgress<T>(
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const working = work(controller.signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), LATE_MS)));
  try {
    if ((await Promise.race([working, late])) !== 'late') return await working;
  } finally {
    clearTimeout(timer);
  }
  return window.withProgress(
    { location: ProgressLocation.Notification, title: withoutLinks(title), cancellable: true },
    (_, cancellation) => {
      cancellation.onCancellationRequested(() => controller.abort());
      return working;
    },
  );
}

function abortSignal(cancellation: CancellationToken): AbortSignal {
  const controller = new AbortController();
  cancellation.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
