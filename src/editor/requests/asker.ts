import { l10n, window } from 'vscode';
import type { Asker } from '../../run/engine.ts';
import type { AskedSecret } from '../../profile/key.ts';
import { shownAddress, shownAddresses, unshown } from '../../profile/shownOrigin.ts';
import { quoted, visible } from '../../base/visible.ts';
import { askModal } from '../platform/askModal.ts';
import { oneLine } from '../platform/oneLine.ts';
import { askValue } from './askValue.ts';

/** Asks the person in the editor. Modal where a secret would leave; masked where one is typed. */
export function createAsker(): Asker {
  return {
    async confirmSend({ note, method, url, name }) {
      const send = l10n.t('Send');
      const request = oneLine(`${method} ${url}`, 200);
      const answer = await askModal({
        title: note === '' ? l10n.t('Send this request?') : oneLine(note, 300),
        detail: name === null ? [request] : [oneLine(name, 100), request],
        buttons: [send],
        rest: null,
      });
      return answer === send;
    },
    async allowOrigin({ tokenName, origin, allowed }) {
      const sendOnce = l10n.t('Send Once');
      const alwaysAllow = l10n.t('Always Allow');
      const answer = await askModal({
        title: l10n.t('Send the token {0} to {1}?', quoted(tokenName), shownAddress(origin)),
        detail: [
          allowed.length === 0
            ? l10n.t('The file does not say which origins to allow for this token.')
            : l10n.t('Allowed origins so far: {0}', shownAddresses(allowed)),
          l10n.t(
            'The server at {0} can act as you with this token. Allow this only if you know the server.',
            origin,
          ),
        ],
        buttons: [sendOnce, alwaysAllow],
        rest: unshown(allowed),
      });
      if (answer === alwaysAllow) return 'remember';
      return answer === sendOnce ? 'once' : 'refuse';
    },
    value: (question, _line, signal) => askValue(question, signal),
    async sendUnverified({ tokenName, origin }) {
      const sendOnce = l10n.t('Send Once');
      const answer = await askModal({
        title: l10n.t('Send the token {0} over an unverified connection?', quoted(tokenName)),
        detail: [
          l10n.t(
            "The request turns certificate verification off, so Keyturn can't tell which server answers at {0}. Anyone on the network between can read the token.",
            shownAddress(origin),
          ),
          l10n.t('To allow a host for good, name it in the setting keyturn.tls.insecureHosts.'),
        ],
        buttons: [sendOnce],
        rest: null,
      });
      return answer === sendOnce;
    },
    async secret({ kind, profileName, receivers }) {
      const secret = await window.showInputBox({
        title: secretTitle(kind, visible(profileName)),
        prompt: secretPrompt(kind, receivers),
        password: true,
        ignoreFocusOut: true,
        validateInput: (value) => (value.trim() === '' ? l10n.t('Enter it, or press Escape.') : undefined),
      });
      return secret === undefined ? null : secret.trim();
    },
  };
}

/** Where a secret goes, and where it is kept. */
function secretPrompt(kind: AskedSecret, receivers: readonly string[]): string {
  const kept = l10n.t('Keyturn keeps it in the secret storage of the editor.');
  if (receivers.length === 0) return kept;
  const servers = shownAddresses(receivers);
  const sent =
    kind === 'private_key'
      ? l10n.t('Keyturn signs with it what it sends to {0}.', servers)
      : l10n.t('Keyturn sends it to {0}.', servers);
  return `${sent} ${kept}`;
}

function secretTitle(kind: AskedSecret, profileName: string): string {
  switch (kind) {
    case 'client_secret':
      return l10n.t('Client secret for {0}', profileName);
    case 'password':
      return l10n.t('Password for {0}', profileName);
    case 'private_key':
      return l10n.t('Private key for {0}: PEM or JWK', profileName);
  }
}
