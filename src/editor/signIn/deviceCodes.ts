import { commands, env, l10n, ProgressLocation, window } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import type { DeviceCode } from '../../token/signIn.ts';
import { contextKeys } from '../platform/contextKeys.ts';
import { signInCommands } from './commands.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import { openExternal } from './openExternal.ts';
import { timeLeft } from './timeLeft.ts';

const COUNTDOWN_MS = 1000;
/** Characters of an address, or of all origins. */
const LONGEST_PART = 300;

/**
 * Shows the codes of RFC 8628 in notifications, each with a link that leads to the page where it is entered. A
 * notification goes by itself when the sign-in ends, wherever the code was entered; a modal dialog would stay.
 */
export class DeviceCodes {
  readonly #clock: Clock;
  readonly #shown = new Map<number, DeviceCode>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when `signal` ends it; rejects with `cancelled` when the person gives up. */
  async show(code: DeviceCode, signal: AbortSignal): Promise<void> {
    const number = ++this.#last;
    this.#change(() => this.#shown.set(number, code));
    try {
      // What the clipboard does not take is on the screen all the same.
      const copied = await env.clipboard.writeText(code.userCode).then(
        () => true,
        () => false,
      );
      if (!signal.aborted) await this.#notice(number, code, copied, signal);
    } finally {
      this.#change(() => this.#shown.delete(number));
    }
  }

  #notice(number: number, code: DeviceCode, copied: boolean, signal: AbortSignal): Thenable<void> {
    return window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: l10n.t('Signing in for "{0}"', withoutLinks(code.tokenName)),
        cancellable: true,
      },
      (progress, cancellation) =>
        new Promise<void>((resolve, reject) => {
          let told = '';
          const tell = () => {
            const message = messageOf(number, code, copied, code.expiresAtMs - this.#clock.now());
            // A new text is read aloud, and takes the focus from the link of the one before.
            if (message !== told) progress.report({ message });
            told = message;
          };
          tell();
          const countdown = setInterval(tell, COUNTDOWN_MS);
          const end = () => {
            clearInterval(countdown);
            resolve();
          };
          signal.addEventListener('abort', end, { once: true });
          if (signal.aborted) end();
          cancellation.onCancellationRequested(() => {
            clearInterval(countdown);
            reject(new KeyturnError('cancelled', 'Cancelled.'));
          });
        }),
    );
  }

  /** The code that a link names; from the palette the one that was shown last. */
  async openPage(number: unknown): Promise<void> {
    const named = typeof number === 'number' ? this.#shown.get(number) : [...this.#shown.values()].at(-1);
    if (named === undefined) return;
    await env.clipboard.writeText(named.userCode);
    await openExternal(named.verificationUriComplete ?? named.verificationUri);
  }

  #change(change: () => unknown): void {
    change();
    void commands.executeCommand('setContext', contextKeys.deviceCodeShown, this.#shown.size > 0);
  }
}

/** The link comes last: a screen reader reads its address, too. */
function messageOf(number: number, code: DeviceCode, copied: boolean, leftMs: number): string {
  const { userCode, verificationUri: page, origins } = code;
  // The editor cuts long messages, and people do not type a long address.
  const address = page.length > LONGEST_PART ? new URL(page).origin : page;
  const parts = [withoutLinks(userCode), withoutLinks(address), timeLeft(leftMs)] as const;
  const said = copied
    ? l10n.t('Enter the code {0} at {1} within {2}. Keyturn copied it to the clipboard.', ...parts)
    : l10n.t('Enter the code {0} at {1} within {2}.', ...parts);
  const places = withoutLinks(shownAddresses(origins));
  const goes = places.length > LONGEST_PART ? `${places.slice(0, LONGEST_PART)}…` : places;
  const target = `command:${signInCommands.openCodePage}?${encodeURIComponent(JSON.stringify([number]))}`;
  const link = `[${l10n.t('Copy Code and Open Page')}](${target} "${l10n.t('Copies the code again and opens the page to enter it')}")`;
  return `${said} ${l10n.t('Allowed origins of the token: {0}.', goes)} ${link}`;
}
