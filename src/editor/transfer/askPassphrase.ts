import { InputBoxValidationSeverity, l10n, window } from 'vscode';
import {
  type PassphraseStrength,
  passphraseStrength,
  SHORTEST_PASSPHRASE,
} from '../../token/transfer/passphrase.ts';

const stay = { ignoreFocusOut: true, password: true } as const;

/** A new passphrase, entered twice; null when the person leaves. */
export async function askNewPassphrase(title: string): Promise<string | null> {
  const first = await window.showInputBox({
    ...stay,
    title,
    prompt: l10n.t('Choose a passphrase. Without it, you cannot open the file either.'),
    validateInput: strengthHint,
  });
  if (first === undefined || first === '') return null;
  const second = await window.showInputBox({
    ...stay,
    title,
    prompt: l10n.t('Enter the passphrase once more.'),
    validateInput: (text) =>
      text === first || first.startsWith(text) ? undefined : l10n.t('The two passphrases differ.'),
  });
  if (second === undefined) return null;
  if (second === first) return first;
  void window.showWarningMessage(l10n.t('The two passphrases differ; nothing was exported.'));
  return null;
}

/** The passphrase of a file; null when the person leaves. */
export async function askPassphrase(title: string): Promise<string | null> {
  const text = await window.showInputBox({
    ...stay,
    title,
    prompt: l10n.t('Enter the passphrase that the file was exported with.'),
  });
  return text === undefined || text === '' ? null : text;
}

function strengthHint(text: string) {
  if (text === '') return undefined;
  const strength = passphraseStrength(text);
  return {
    message: strengthText(strength),
    severity: {
      too_short: InputBoxValidationSeverity.Error,
      weak: InputBoxValidationSeverity.Warning,
      fair: InputBoxValidationSeverity.Info,
      strong: InputBoxValidationSeverity.Info,
    }[strength],
  };
}

function strengthText(strength: PassphraseStrength): string {
  switch (strength) {
    case 'too_short':
      return l10n.t('At least {0} characters.', SHORTEST_PASSPHRASE);
    case 'weak':
      return l10n.t('Weak: add a few more words.');
    case 'fair':
      return l10n.t('Fair.');
    case 'strong':
      return l10n.t('Strong.');
  }
}
