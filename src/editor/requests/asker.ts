import { window } from 'vscode';
import type { Asker } from '../../run/engine.ts';

const sendOnce = 'Send Once';
const alwaysAllow = 'Always Allow';

/** Asks the person in the editor. Modal where a secret would leave; masked where one is typed. */
export function createAsker(): Asker {
  return {
    async allowOrigin({ tokenName, origin, allowed }) {
      const answer = await window.showWarningMessage(
        `Send the token ${tokenName} to ${origin}?`,
        {
          modal: true,
          detail:
            `So far it may go only to ${listed(allowed)}.\n\n` +
            `Whoever runs ${origin} can use the token as you. Allow this only if you know the server.`,
        },
        sendOnce,
        alwaysAllow,
      );
      if (answer === alwaysAllow) return 'remember';
      return answer === sendOnce ? 'once' : 'refuse';
    },
    async clientSecret({ profileName, issuedBy }) {
      const secret = await window.showInputBox({
        title: `Client secret for ${profileName}`,
        prompt: `Issued by ${issuedBy}. It is kept in the secret storage of the editor.`,
        password: true,
        ignoreFocusOut: true,
        validateInput: (value) => (value.trim() === '' ? 'Enter the client secret, or press Escape to stop.' : undefined),
      });
      return secret === undefined ? null : secret.trim();
    },
  };
}

function listed(origins: readonly string[]): string {
  return origins.length < 2 ? (origins[0] ?? 'no origin') : `${origins.slice(0, -1).join(', ')} and ${origins.at(-1) ?? ''}`;
}
