import { env, l10n, ProgressLocation, UIKind, Uri, window } from 'vscode';
import type { Clock } from '../../clock.ts';
import { KeyturnError } from '../../errors.ts';
import { formatDuration } from '../../text.ts';
import type { DeviceCode, SignIn } from '../../token/signIn.ts';
import { readSetting } from '../settings.ts';
import type { EditorRedirects } from './editorRedirects.ts';

const COUNTDOWN_MS = 1000;

/** Signs in with the browser that the person works with. */
export function createSignIn(redirects: EditorRedirects, clock: Clock): SignIn {
  return {
    openBrowser,
    editorRedirect: (signal) => redirects.open(signal),
    get loopbackReachable() {
      return isLoopbackReachable();
    },
    showDeviceCode: (code, signal) => showDeviceCode(code, clock, signal),
  };
}

/** Whether the browser runs where this extension runs; the person knows better where that cannot be seen. */
export function isLoopbackReachable(): boolean {
  const wanted = readSetting('keyturn.signIn.redirect');
  if (wanted !== 'auto') return wanted === 'loopback';
  return env.uiKind === UIKind.Desktop && env.remoteName === undefined;
}

/**
 * As a string: a Uri decodes the query and joins it again, after which a `redirect_uri` with a query of its own is
 * another one (https://github.com/microsoft/vscode/issues/85930). The typings know the Uri only.
 */
const openExternal = env.openExternal as unknown as (target: string) => Thenable<boolean>;

/** Where no browser opens, the person may open the address by hand: the sign-in goes on. */
async function openBrowser(url: string): Promise<void> {
  if (await openExternal(url)) return;
  const copy = l10n.t('Copy Address');
  const answer = await window.showWarningMessage(
    l10n.t('The browser was not opened.'),
    { modal: true, detail: l10n.t('Copy the address and open it yourself to sign in.') },
    copy,
  );
  if (answer !== copy) throw cancelled();
  await env.clipboard.writeText(url);
}

/** First the code, large and in nobody's way; then how long it is valid, with a way to give up. */
async function showDeviceCode(code: DeviceCode, clock: Clock, signal: AbortSignal): Promise<void> {
  const copy = l10n.t('Copy Code and Open Page');
  const chosen = await window.showInformationMessage(
    l10n.t('Your code: {0}', code.userCode),
    {
      modal: true,
      detail: [
        l10n.t('Enter it at {0} to sign in.', code.verificationUri),
        l10n.t('The token may go to: {0}', code.origins.join(', ')),
      ].join('\n\n'),
    },
    copy,
  );
  if (signal.aborted) return;
  if (chosen !== copy) throw cancelled();
  await env.clipboard.writeText(code.userCode);
  await openBrowser(code.verificationUriComplete ?? code.verificationUri);
  await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Enter the code {0}', code.userCode),
      cancellable: true,
    },
    (progress, cancellation) =>
      new Promise<void>((resolve, reject) => {
        const tell = () =>
          progress.report({
            message: l10n.t(
              'at {0}, valid for {1}',
              Uri.parse(code.verificationUri).authority,
              formatDuration(Math.max(0, code.expiresAtMs - clock.now())),
            ),
          });
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
          reject(cancelled());
        });
      }),
  );
}

function cancelled(): KeyturnError {
  return new KeyturnError('cancelled', 'Cancelled.');
}
