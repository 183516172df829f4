import { CancellationTokenSource, l10n, window } from 'vscode';
import type { ValueQuestion } from '../../httpfile/resolve/questions.ts';
import { oneLine } from '../platform/oneLine.ts';

/** Asks for a value of a request in an input box, masked where it is a secret; null after Escape or a cancelled request. */
export async function askValue(
  { name, description, masked, choices, initial }: ValueQuestion,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const source = new CancellationTokenSource();
  const cancel = () => source.cancel();
  if (signal?.aborted === true) return null;
  signal?.addEventListener('abort', cancel, { once: true });
  const title = l10n.t('Value for {0}', oneLine(name, 100));
  const prompt = oneLine(description, 300);
  try {
    const answer =
      choices.length > 0
        ? await window.showQuickPick(
            [...choices],
            { title, placeHolder: l10n.t('Choose a value'), ignoreFocusOut: true },
            source.token,
          )
        : await window.showInputBox(
            { title, prompt, value: initial, password: masked, ignoreFocusOut: true },
            source.token,
          );
    return answer ?? null;
  } finally {
    signal?.removeEventListener('abort', cancel);
    source.dispose();
  }
}
