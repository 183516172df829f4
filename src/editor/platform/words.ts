import { l10n } from 'vscode';

/** What the models need to word things, so that they know nothing of the editor. */
export interface Words {
  /** Translated, with `{0}`, `{1}` replaced. */
  readonly t: (message: string, ...values: (string | number)[]) => string;
}

export const editorWords: Words = { t: (message, ...values) => l10n.t(message, ...values) };
