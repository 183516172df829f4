import type { CancellationToken, TextDocument } from 'vscode';
import { setTimeout as wait } from 'node:timers/promises';

/** In longer documents the editor takes edits late while it waits for an answer about all of the document. */
const mostLines = 5000;
const quietMs = 1000;

/** How long the person must not have typed before Keyturn looks at a whole document again; `leastMs` in short ones. */
export function quietTimeMs(document: TextDocument, leastMs: number): number {
  return document.lineCount > mostLines ? Math.max(leastMs, quietMs) : leastMs;
}

/**
 * Waits, in a long document that is being edited, until the person has stopped typing. The editor cancels what it asked
 * for with the next edit: then this is false, and it looks at no answer.
 */
export async function settled(document: TextDocument, asked: CancellationToken): Promise<boolean> {
  if (document.isDirty) await wait(quietTimeMs(document, 0));
  return !asked.isCancellationRequested;
}
