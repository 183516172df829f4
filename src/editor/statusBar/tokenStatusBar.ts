import { l10n, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { visible } from '../../base/visible.ts';
import { FOCUS_TOKENS, tokenCommands } from '../tokens/commands.ts';
import type { EditorServices } from '../services.ts';
import { lifeText } from '../tokens/tree/describe.ts';
import { ExpiryNotice } from './expiryNotice.ts';
import { inUse } from '../tokens/inUse.ts';
import { type StatusBarState, statusBarState } from './model.ts';
import { tokensOfFile } from '../documents/tokenNames.ts';

/** The status bar's item: the token that most needs attention of those that matter now. */
export class TokenStatusBar {
  readonly #services: EditorServices;
  readonly #notice: ExpiryNotice;
  readonly #item = window.createStatusBarItem('keyturn.token', StatusBarAlignment.Right, 90);
  #round = 0;

  constructor(services: EditorServices) {
    this.#services = services;
    this.#notice = new ExpiryNotice(services);
    this.#item.name = l10n.t('Keyturn: Token');
    this.#item.command = FOCUS_TOKENS;
  }

  /** Reads what matters now and shows it; true when something is shown, and so ages. */
  async update(): Promise<boolean> {
    const round = ++this.#round;
    const entries = await this.#entries();
    if (round !== this.#round) return entries.length > 0;
    const now = this.#services.clock.now();
    this.#show(statusBarState(entries, now));
    this.#notice.look(entries, now);
    return entries.length > 0;
  }

  dispose(): void {
    this.#item.dispose();
  }

  /** Tokens that the open file names, and those used within the hour; each once. */
  async #entries(): Promise<TokenEntry[]> {
    const { tokens, profiles, clock } = this.#services;
    const byKey = new Map<string, TokenEntry>();
    const document = window.activeTextEditor?.document;
    if (document?.languageId === 'http') {
      for (const name of tokensOfFile(treeOf(document))) {
        try {
          const entry = await tokens.peek(await profiles.find(document.uri, name));
          byKey.set(entry.key, entry);
        } catch {
          // The request's own line says that there is no such profile.
        }
      }
    }
    for (const { entry } of await this.#services.directory.entries()) {
      if (entry !== null && inUse(entry, clock.now())) byKey.set(entry.key, entry);
    }
    return [...byKey.values()];
  }

  #show(state: StatusBarState | null): void {
    if (state === null) {
      this.#item.hide();
      return;
    }
    this.#item.text = state.text;
    this.#item.accessibilityInformation = { label: state.label, role: 'button' };
    this.#item.backgroundColor =
      state.severity === 'none' ? undefined : new ThemeColor(`statusBarItem.${state.severity}Background`);
    this.#item.tooltip = this.#tooltip(state);
    this.#item.show();
  }

  #tooltip({ trouble, calm }: StatusBarState): MarkdownString {
    const now = this.#services.clock.now();
    const text = new MarkdownString(undefined, true);
    text.isTrusted = {
      enabledCommands: [tokenCommands.refresh, tokenCommands.signIn, tokenCommands.paste, FOCUS_TOKENS],
    };
    const line = (entry: TokenEntry) => {
      text.appendText(visible(`${entry.profile.name}: ${lifeText(entry, now)}`));
      if (entry.lastError !== null)
        text.appendText(visible(`. ${this.#services.redactor.mask(entry.lastError.message)}`));
    };
    for (const entry of trouble) {
      line(entry);
      text.appendMarkdown(` · ${repairLink(entry)}\n\n`);
    }
    if (trouble.length > 0 && calm.length > 0) text.appendMarkdown('---\n\n');
    for (const entry of calm) {
      line(entry);
      text.appendMarkdown('\n\n');
    }
    text.appendMarkdown(`[${l10n.t('Show tokens')}](command:${FOCUS_TOKENS})`);
    return text;
  }
}

/** A link that refreshes the token, or lets the person paste another. */
function repairLink({ key, canRefresh, needsSignIn }: TokenEntry): string {
  const argument = encodeURIComponent(JSON.stringify([{ key }]));
  if (needsSignIn) return `[$(sign-in) ${l10n.t('Sign in')}](command:${tokenCommands.signIn}?${argument})`;
  if (canRefresh) return `[$(refresh) ${l10n.t('Refresh')}](command:${tokenCommands.refresh}?${argument})`;
  return `[$(add) ${l10n.t('Paste token')}](command:${tokenCommands.paste}?${argument})`;
}
