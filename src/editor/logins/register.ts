import { CodeAction, CodeActionKind, type Disposable, l10n, languages } from 'vscode';
import { requestAtLine } from '../../httpfile/parse/requestAt.ts';
import { treeOf } from '../documents/documentTrees.ts';
import { requestCommands } from '../requests/commands.ts';
import type { EditorServices } from '../services.ts';
import { lastLogin } from './lastLogin.ts';

/** The code action at a request whose last response held a token. */
export function registerLogins(services: Pick<EditorServices, 'sessions'>): Disposable {
  return languages.registerCodeActionsProvider(
    { language: 'http' },
    {
      provideCodeActions(document, { start: { line } }) {
        const node = requestAtLine(treeOf(document), line);
        if (node === null || lastLogin(services, document.uri, node) === null) return [];
        const title = l10n.t('Turn This Login into a Token');
        const action = new CodeAction(title, CodeActionKind.RefactorRewrite);
        action.command = {
          command: requestCommands.turnLoginIntoToken,
          title,
          arguments: [document.uri, node.line],
        };
        return [action];
      },
    },
    { providedCodeActionKinds: [CodeActionKind.RefactorRewrite] },
  );
}
