import { l10n, MarkdownString, StatusBarAlignment, ThemeColor, window, workspace } from 'vscode';
import type { TokenEntry } from '../../token/tokenManager.ts';
import { tokenCommands } from '../commands.ts';
import type { EditorServices } from '../services.ts';
import type { TokenDirectory } from '../tokens/tokenDirectory.ts';
import { lifeText } from '../tokens/describe.ts';
import { editorWords } from '../words.ts';
import { ExpiryNotice } from './expiryNotice.ts';
import { inUse, type StatusBarState, statusBarState } from './model.ts';
import { tokenNamesIn } from './tokenNames.ts';

/** The item says minutes, so it is looked at a few times in each. */
const AGE_MS = 15_000;
/** After typing stops. */
const SETTLE_MS = 400;

/** The status bar's one item: the token that most needs attention of those that matter now. */
export function registerStatusBar(services: EditorServices, directory: TokenDirectory): { dispose(): void } {
  const bar = new TokenStatusBar(services, directory);
  const soon = () => bar.updateSoon();
  const subscriptions = [
    window.onDidChangeActiveTextEditor(soon),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document === window.activeTextEditor?.document && document.languageId === 'http') soon();
    }),
    services.profiles.onDidChange(soon),
    services.tokens.onDidChange(soon),
  ];
  soon();
  return {
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      bar.dispose();
    },
  };
}

class TokenStatusBar {
  readonly #services: EditorServices;
  readonly #directory: TokenDirectory;
  readonly #notice: ExpiryNotice;
  readonly #item = window.createStatusBarItem('keyturn.token', StatusBarAlignment.Right, 90);
  #settling: NodeJS.Timeout | null = null;
  #aging: { dispose(): void } | null = null;
  #round = 0;

  constructor(services: EditorServices, directory: TokenDirectory) {
    this.#services = services;
    this.#directory = directory;
    this.#notice = new ExpiryNotice(services);
    this.#item.name = l10n.t('Keyturn: Token');
    this.#item.command = tokenCommands.focusView;
  }

  updateSoon(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#update().catch((error: unknown) => this.#services.log.error('Status bar', error));
    }, SETTLE_MS);
  }

  dispose(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#aging?.dispose();
    this.#item.dispose();
  }

  async #update(): Promise<void> {
    const round = ++this.#round;
    const entries = await this.#entries();
    if (round !== this.#round) return;
    const now = this.#services.clock.now();
    this.#show(statusBarState(entries, now, editorWords));
    this.#notice.look(entries, now);
    this.#aging?.dispose();
    this.#aging =
      entries.length === 0 ? null : this.#services.clock.at(now + AGE_MS, () => this.updateSoon());
  }

  /** Tokens that the open file names, and those used within the hour; each once. */
  async #entries(): Promise<TokenEntry[]> {
    const { tokens, profiles, trees, clock } = this.#services;
    const byKey = new Map<string, TokenEntry>();
    const document = window.activeTextEditor?.document;
    if (document?.languageId === 'http') {
      for (const name of tokenNamesIn(trees.of(document))) {
        try {
          const entry = await tokens.peek(await profiles.find(document.uri, name));
          byKey.set(entry.key, entry);
        } catch {
          // The request's own line says that there is no such profile.
        }
      }
    }
    for (const { entry } of await this.#directory.entries()) {
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
      enabledCommands: [tokenCommands.refresh, tokenCommands.paste, tokenCommands.focusView],
    };
    const line = (entry: TokenEntry) => {
      text.appendText(`${entry.profile.name}: ${lifeText(entry, now, editorWords)}`);
      if (entry.lastError !== null)
        text.appendText(`. ${this.#services.redactor.mask(entry.lastError.message)}`);
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
    text.appendMarkdown(`[${l10n.t('Show tokens')}](command:${tokenCommands.focusView})`);
    return text;
  }
}

/** A link that refreshes the token, or lets the person paste another. */
function repairLink({ key, canRefresh }: TokenEntry): string {
  const argument = encodeURIComponent(JSON.stringify([{ key }]));
  if (canRefresh) return `[$(refresh) ${l10n.t('Refresh')}](command:${tokenCommands.refresh}?${argument})`;
  return `[$(add) ${l10n.t('Paste token')}](command:${tokenCommands.paste}?${argument})`;
}
