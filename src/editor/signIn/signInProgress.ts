import { signsIn } from '../../profile/grants/all.ts';
import { l10n, type Progress, ProgressLocation, window } from 'vscode';
import { declaredReceivers } from '../../profile/declaredReceivers.ts';
import type { GrantContext, GrantResult } from '../../token/grant.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { abortable } from '../../base/abortable.ts';
import { parseUrl } from '../../base/url.ts';
import { LATE_MS } from '../platform/messages.ts';
import { withoutLinks } from '../platform/noticeText.ts';

/**
 * Performs a grant; where it takes a person, a notification says what is waited for and lets the person give up.
 */
export async function withSignInProgress(
  profile: TokenProfile,
  context: GrantContext,
  perform: (context: GrantContext) => Promise<GrantResult>,
): Promise<GrantResult> {
  const { signIn } = context;
  if (signIn === null || !signsIn(profile.grant)) return perform(context);
  const controller = new AbortController();
  const signal = AbortSignal.any([context.signal, controller.signal]);
  const notice = new Notice(profile.name, () => controller.abort());
  // A refresh token that is held may spare the sign-in.
  if (context.refreshToken === null || context.reauthenticate !== null) {
    notice.showLate(l10n.t('Asking {0}…', declaredReceivers(profile).map(hostOf).join(', ')));
  }
  try {
    return await perform({
      ...context,
      signal,
      signIn: {
        ...signIn,
        async openBrowser(url) {
          notice.show(
            l10n.t(
              'Continue in the browser at {0}. Allowed origins of the token: {1}',
              hostOf(url),
              withoutLinks(shownAddresses(profile.origins)),
            ),
          );
          await abortable(signIn.openBrowser(url), signal);
        },
        // It has a notification of its own.
        showDeviceCode(code, ended) {
          notice.close();
          return signIn.showDeviceCode(code, ended);
        },
      },
    });
  } finally {
    notice.close();
  }
}

function hostOf(address: string): string {
  return parseUrl(address)?.host ?? '';
}

/** A notification whose text changes while it is there. */
class Notice {
  readonly #name: string;
  readonly #cancel: () => void;
  #progress: Progress<{ message: string }> | null = null;
  #message = '';
  #close: (() => void) | null = null;
  #late: NodeJS.Timeout | undefined;

  constructor(name: string, cancel: () => void) {
    this.#name = name;
    this.#cancel = cancel;
  }

  /** Only where what comes next takes its time. */
  showLate(message: string): void {
    this.#late = setTimeout(() => this.show(message), LATE_MS);
  }

  show(message: string): void {
    clearTimeout(this.#late);
    this.#message = message;
    this.#progress?.report({ message });
    if (this.#close !== null) return;
    const closed = new Promise<void>((resolve) => (this.#close = resolve));
    void window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: l10n.t('Signing in for "{0}"', withoutLinks(this.#name)),
        cancellable: true,
      },
      (progress: Progress<{ message: string }>, cancellation) => {
        this.#progress = progress;
        progress.report({ message: this.#message });
        cancellation.onCancellationRequested(this.#cancel);
        return closed;
      },
    );
  }

  close(): void {
    clearTimeout(this.#late);
    this.#close?.();
    this.#close = null;
    this.#progress = null;
  }
}
