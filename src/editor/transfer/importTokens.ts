import { l10n, type QuickPickItem, window } from 'vscode';
import { decryptTokens } from '../../token/transfer/transfer.ts';
import { fileLimits } from '../../base/files.ts';
import { formatWhen } from '../../base/text.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { type ImportEffect, type PlannedImport, planImport } from '../../token/transfer/transferPlan.ts';
import { transferCommands } from './commands.ts';
import { withoutIcons } from '../platform/plainLabel.ts';
import { readChosen } from '../platform/readChosen.ts';
import type { EditorServices } from '../services.ts';
import { askPassphrase } from './askPassphrase.ts';

/** Takes tokens from such a file: shows what would be added, and replaces only what the person chose. */
export async function importTokens({ store, audit, clock, redactor, files }: EditorServices): Promise<void> {
  const title = l10n.t('Import Tokens');
  const [file] =
    (await window.showOpenDialog({
      canSelectMany: false,
      filters: { [l10n.t('Encrypted tokens')]: ['keyturn'] },
      title,
      openLabel: l10n.t('Import'),
    })) ?? [];
  if (file === undefined) return;
  const bytes = await readChosen(files, file, fileLimits.tokens);
  const passphrase = await askPassphrase(title);
  if (passphrase === null) return;
  const tokens = await decryptTokens(new TextDecoder().decode(bytes), passphrase);
  for (const { name, accessToken, refreshToken, idToken } of tokens) {
    for (const secret of [accessToken, refreshToken, idToken]) {
      if (secret !== null) redactor.registerGiven(secret, name);
    }
  }
  const plan = (await planImport(tokens, store)).filter(({ effect }) => effect !== 'same');
  if (plan.length === 0) {
    void window.showInformationMessage(l10n.t('You already have all tokens of the file.'));
    return;
  }
  const chosen = await window.showQuickPick(
    plan.map((planned) => itemOf(planned, clock.now())),
    {
      title,
      placeHolder: l10n.t('Add which tokens? Tokens that would replace an existing one are not preselected.'),
      canPickMany: true,
      ignoreFocusOut: true,
    },
  );
  if (chosen === undefined) return;
  for (const { token } of chosen) {
    await store.set(token);
    audit.record(tokenEvent('added', token, transferCommands.importTokens));
  }
  void window.showInformationMessage(
    chosen.length === 1 ? l10n.t('Added 1 token.') : l10n.t('Added {0} tokens.', chosen.length),
  );
}

function itemOf(
  { token, effect }: PlannedImport,
  nowMs: number,
): QuickPickItem & Pick<PlannedImport, 'token'> {
  const facts = [effectText(effect)];
  if (token.personal !== null)
    facts.push(l10n.t('allowed origins: {0}', shownAddresses(token.personal.origins)));
  if (token.expiresAtMs !== null) {
    const when = formatWhen(token.expiresAtMs, nowMs);
    facts.push(token.expiresAtMs <= nowMs ? l10n.t('expired {0}', when) : l10n.t('expires {0}', when));
  }
  return {
    token,
    label: withoutIcons(token.name),
    description: withoutIcons(facts.join(' · ')),
    picked: effect === 'new',
  };
}

function effectText(effect: ImportEffect): string {
  switch (effect) {
    case 'new':
      return l10n.t('new');
    case 'same':
      return l10n.t('already here');
    case 'other':
      return l10n.t('replaces the current one');
  }
}
