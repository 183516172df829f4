import { commands, l10n, type QuickPickItem, type TextDocument, window, workspace } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import { requestAtLine } from '../../httpfile/parse/requestAt.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import { tokenCommands } from '../tokens/commands.ts';
import type { EditorServices } from '../services.ts';
import { requestCommands } from './commands.ts';
import { nameToken } from '../documents/nameToken.ts';
import { tokenLine } from '../documents/tokenLine.ts';
import { tokenItems } from './pickToken.ts';

interface Choice extends QuickPickItem {
  run(): Thenable<unknown>;
}

/** Lets the person choose a token, and writes its name above the request. `signsIn`: the API says who issues its tokens. */
export async function chooseToken(
  services: EditorServices,
  document: TextDocument,
  node: RequestNode,
  signsIn: boolean,
): Promise<void> {
  const { line } = node;
  const choices: Choice[] = (await tokenItems(services, document)).map((item) => ({
    ...item,
    run: () => insertToken(document, line, item.name),
  }));
  choices.push({
    label: l10n.t('$(add) Add a token…'),
    run: () => commands.executeCommand(tokenCommands.add, { source: document.uri.toString(), line }),
  });
  if (signsIn) {
    choices.push({
      label: l10n.t('$(sign-in) Sign in to this API…'),
      run: () => commands.executeCommand(requestCommands.signInToApi, document.uri, line),
    });
  }
  const chosen = await window.showQuickPick(choices, {
    title: l10n.t('Token for this request'),
    placeHolder: l10n.t('Writes its name above the request, not its value'),
    matchOnDescription: true,
  });
  await chosen?.run();
}

/** Writes the token's name above the request that stands at a line. */
export async function insertToken(document: TextDocument, line: number, name: string): Promise<void> {
  const node = requestAtLine(treeOf(document), line);
  if (node === null) return;
  if ((await nameToken(document, node, name)) !== null) return;
  await window.showWarningMessage(
    l10n.t(
      "Couldn't change {0}. Write the line yourself: {1}",
      workspace.asRelativePath(document.uri),
      tokenLine(name),
    ),
  );
}
