import { env, l10n, window } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { withoutLinks } from '../platform/noticeText.ts';

const CLEAR_AFTER_SECONDS = 30;

/** Copies a secret, says so, and takes it out of the clipboard again if it is still there. */
export class SecretClipboard {
  readonly #clock: Clock;
  #held: { readonly value: string; readonly timer: { dispose(): void } } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async copy(value: string, name: string): Promise<void> {
    await env.clipboard.writeText(value);
    this.#held?.timer.dispose();
    const timer = this.#clock.at(this.#clock.now() + CLEAR_AFTER_SECONDS * 1000, () => void this.#clear());
    this.#held = { value, timer };
    void window.showInformationMessage(
      l10n.t(
        'Copied the token "{0}". Keyturn clears the clipboard in {1} s.',
        withoutLinks(name),
        CLEAR_AFTER_SECONDS,
      ),
    );
  }

  /** Clears at once what is still there. */
  async dispose(): Promise<void> {
    await this.#clear();
  }

  async #clear(): Promise<void> {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    held.timer.dispose();
    try {
      if ((await env.clipboard.readText()) === held.value) await env.clipboard.writeText('');
    } catch {
      // A browser may refuse access while its window is in the background; then nothing can be cleared.
      void window.showWarningMessage(l10n.t("Couldn't clear the clipboard. It may still hold a token."));
    }
  }
}
