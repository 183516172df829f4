import { commands, l10n, type TextDocument, window } from 'vscode';
import type { RequestResult } from '../../run/result.ts';
import { tokenCommands } from '../commands.ts';
import { isEnvironmentOpen } from '../environments/environmentOpen.ts';
import type { EditorServices } from '../services.ts';
import { requestCommands } from './commands.ts';
import { namedToken } from './lensTitles.ts';
import { nextStep } from './nextStep.ts';

/** Where one click leads on after a failed send, a notification offers it. The error itself stands at the line. */
export async function offerNextStep(
  services: EditorServices,
  document: TextDocument,
  { error, node }: RequestResult,
  tokenName: string | null,
): Promise<void> {
  if (error === null) return;
  const { environments, profiles, tokens, redactor } = services;
  const message = redactor.mask(error.message);
  switch (nextStep(error.code, await isEnvironmentOpen(environments, document.uri))) {
    case 'choose_environment': {
      const choose = l10n.t('Choose Environment…');
      const text = l10n.t('{0} No environment is chosen; one of them may define it.', message);
      const answer = await window.showWarningMessage(text, choose);
      if (answer === choose) await commands.executeCommand(requestCommands.selectEnvironment, document.uri);
      return;
    }
    case 'paste_token': {
      const name = tokenName ?? namedToken(node);
      if (name === null) return;
      const { key } = await tokens.peek(await profiles.find(document.uri, name));
      const paste = l10n.t('Paste Token…');
      const answer = await window.showWarningMessage(message, paste);
      if (answer === paste) await commands.executeCommand(tokenCommands.paste, { key });
      return;
    }
    case null:
  }
}
