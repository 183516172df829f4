import { commands, ConfigurationTarget, l10n, window, workspace } from 'vscode';
import type { TokenEntry } from '../../token/manager.ts';
import { tokenCommands } from '../tokens/commands.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import type { EditorServices } from '../services.ts';
import { readSetting } from '../platform/settings.ts';
import { isLost } from './model.ts';

/** Says once that a token in use ended and could not be refreshed. */
export class ExpiryNotice {
  readonly #services: Pick<EditorServices, 'redactor'>;
  /** Key and end of the tokens already told about. */
  readonly #told = new Set<string>();

  constructor(services: Pick<EditorServices, 'redactor'>) {
    this.#services = services;
  }

  look(entries: readonly TokenEntry[], nowMs: number): void {
    for (const entry of entries) {
      const once = `${entry.key} ${entry.token?.expiresAtMs ?? 0}`;
      if (!isLost(entry, nowMs) || this.#told.has(once)) continue;
      this.#told.add(once);
      if (readSetting('keyturn.tokens.notifyExpired')) void this.#tell(entry);
    }
  }

  async #tell({ key, profile, canRefresh, needsSignIn, lastError }: TokenEntry): Promise<void> {
    const repair = needsSignIn ? l10n.t('Sign In') : canRefresh ? l10n.t('Refresh') : l10n.t('Paste Token');
    const silence = l10n.t("Don't Show Again");
    const ended = canRefresh
      ? l10n.t('The token "{0}" has expired, and Keyturn could not refresh it.', profile.name)
      : l10n.t('The token "{0}" has expired.', profile.name);
    const reason = lastError === null ? '' : ` ${this.#services.redactor.mask(lastError.message)}`;
    const chosen = await window.showWarningMessage(withoutLinks(ended + reason), repair, silence);
    if (chosen === repair) {
      const command = needsSignIn
        ? tokenCommands.signIn
        : canRefresh
          ? tokenCommands.refresh
          : tokenCommands.paste;
      await commands.executeCommand(command, { key });
    } else if (chosen === silence) {
      await workspace
        .getConfiguration('keyturn.tokens')
        .update('notifyExpired', false, ConfigurationTarget.Global);
    }
  }
}
