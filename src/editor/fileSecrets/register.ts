import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  type Diagnostic,
  type Disposable,
  l10n,
  languages,
  Uri,
  window,
} from 'vscode';
import { requestCommands } from '../requests/commands.ts';
import { isSecretInFile } from './diagnostics.ts';

const selector = [{ language: 'http' }, { pattern: '**/http-client{,.private}.env.json' }];

/** The quick fix over a token or secret in plain text. */
export function registerFileSecrets(): Disposable {
  return languages.registerCodeActionsProvider(selector, quickFix, {
    providedCodeActionKinds: [CodeActionKind.QuickFix],
  });
}

/** Moves the secret that the arguments of the command name, else the one at the cursor. */
export async function moveSecretAt(
  moveSecret: (uri: Uri, line: number, character: number) => Promise<void>,
  uri: unknown,
  line: unknown,
  character: unknown,
): Promise<void> {
  const place = placeOf(uri, line, character);
  if (place === null) {
    await window.showInformationMessage(
      l10n.t('Put the cursor into a token or client secret in a file first.'),
    );
    return;
  }
  await moveSecret(place.uri, place.line, place.character);
}

const quickFix: CodeActionProvider = {
  provideCodeActions: (document, _range, { diagnostics }) =>
    diagnostics.filter(isSecretInFile).map((diagnostic) => fixOf(document.uri, diagnostic)),
};

function fixOf(uri: Uri, diagnostic: Diagnostic): CodeAction {
  const title = l10n.t('Move to Secret Storage');
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  const { line, character } = diagnostic.range.start;
  action.command = { command: requestCommands.moveSecret, title, arguments: [uri, line, character] };
  action.diagnostics = [diagnostic];
  action.isPreferred = true;
  return action;
}

/** What a quick fix names, else the cursor of the active editor; null without one. */
function placeOf(uri: unknown, line: unknown, character: unknown) {
  if (uri instanceof Uri && typeof line === 'number' && typeof character === 'number')
    return { uri, line, character };
  const editor = window.activeTextEditor;
  if (editor === undefined) return null;
  const { active } = editor.selection;
  return { uri: editor.document.uri, line: active.line, character: active.character };
}
