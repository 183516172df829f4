import { env, l10n, UIKind, window } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { SignIn } from '../../token/signIn.ts';
import { readSetting } from '../platform/settings.ts';
import type { DeviceCodes } from './deviceCodes.ts';
import type { EditorRedirects } from './editorRedirects.ts';
import { openExternal } from './openExternal.ts';

/** Signs in with the browser that the person works with. */
export function createSignIn(redirects: EditorRedirects, loadCodes: () => Promise<DeviceCodes>): SignIn {
  return {
    openBrowser,
    editorRedirect: (signal) => redirects.open(signal),
    get loopbackReachable() {
      return isLoopbackReachable();
    },
    showDeviceCode: async (code, signal) => (await loadCodes()).show(code, signal),
  };
}

/** Whether the browser runs where this extension runs; the person knows better where that cannot be seen. */
export function isLoopbackReachable(): boolean {
  const wanted = readSetting('keyturn.signIn.redirect');
  if (wanted !== 'auto') return wanted === 'loopback';
  return env.uiKind === UIKind.Desktop && env.remoteName === undefined;
}

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

function cancelled(): KeyturnError {
  return new KeyturnError('cancelled', 'Cancelled.');
}
