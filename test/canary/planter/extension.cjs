'use strict';
const { readFileSync, mkdirSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const {
  commands,
  Hover,
  languages,
  MarkdownString,
  StatusBarAlignment,
  TreeItem,
  window,
  workspace,
} = require('vscode');

/** What a test wants to be leaked now. */
const planted = () => readFileSync(process.env.CANARY_PLANTED, 'utf8');
const block = () => new MarkdownString().appendCodeblock(planted());

exports.activate = ({ subscriptions, globalStorageUri, globalState, workspaceState }) => {
  const log = window.createOutputChannel('Planter', { log: true });
  const item = window.createStatusBarItem('planter', StatusBarAlignment.Left);
  const decoration = window.createTextEditorDecorationType({});
  subscriptions.push(
    log,
    item,
    decoration,
    commands.registerCommand('planter.message', () => void window.showInformationMessage(planted())),
    commands.registerCommand('planter.document', async () => {
      await window.showTextDocument(await workspace.openTextDocument({ content: planted() }));
    }),
    commands.registerCommand('planter.decoration', () => {
      const editor = window.activeTextEditor;
      const renderOptions = { after: { contentText: planted() } };
      editor?.setDecorations(decoration, [{ range: editor.document.lineAt(0).range, renderOptions }]);
    }),
    commands.registerCommand('planter.quietly', async () => {
      log.info(planted());
      mkdirSync(globalStorageUri.fsPath, { recursive: true });
      writeFileSync(join(globalStorageUri.fsPath, 'planted'), planted());
      writeFileSync(join(tmpdir(), 'planted'), planted());
      await globalState.update('planted', planted());
      await workspaceState.update('planted', planted());
      item.text = planted().slice(0, 80);
      item.show();
    }),
    languages.registerHoverProvider({ language: 'http' }, { provideHover: () => new Hover(block()) }),
    window.registerTreeDataProvider('planter.tree', {
      getChildren: () => ['planted'],
      getTreeItem(label) {
        const node = new TreeItem(label);
        node.tooltip = block();
        return node;
      },
    }),
  );
};
