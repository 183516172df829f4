import { l10n, window } from 'vscode';

export interface ModalQuestion {
  readonly title: string;
  /** Paragraphs below it. */
  readonly detail: readonly string[];
  readonly buttons: readonly string[];
  /** The whole of a list that the question shows in part; null where it shows it whole. */
  readonly rest: readonly string[] | null;
}

/** Asks in a modal dialog. What it leaves out is seen by a button of its own, after which it asks again. */
export async function askModal({ title, detail, buttons, rest }: ModalQuestion): Promise<string | undefined> {
  const showAll = l10n.t('Show All Origins');
  for (;;) {
    const answer = await window.showWarningMessage(
      title,
      { modal: true, detail: detail.join('\n\n') },
      ...buttons,
      ...(rest === null ? [] : [showAll]),
    );
    if (rest === null || answer !== showAll) return answer;
    await window.showQuickPick(rest, {
      title: l10n.t('Allowed origins of the token'),
      placeHolder: l10n.t('Press Escape to go back to the question'),
      ignoreFocusOut: true,
    });
  }
}
