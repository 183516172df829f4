// The index of request files over a real disk, real watchers and real documents; and what is built on it.
import * as assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  commands,
  ConfigurationTarget,
  Position,
  type QuickPickItem,
  Range,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';
import { RequestFiles } from '../../src/editor/documents/requestFiles.ts';
import { fileUri, keyturn, open } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();

const index = new RequestFiles({
  read: async (location) => workspace.fs.readFile(Uri.parse(location, true)),
  leftAside: () => undefined,
});
const changes: string[] = [];
index.onDidChange((uri) => changes.push(uri?.path.split('/').at(-1) ?? 'files'));

/** As another program does: the editor learns of it from its watchers only. */
async function write(name: string, text: string): Promise<void> {
  const { fsPath } = fileUri(name);
  await mkdir(dirname(fsPath), { recursive: true });
  await writeFile(fsPath, text);
}

/** What the requests below the folder `index` call, by file. */
async function calls(): Promise<string> {
  const inside = fileUri('index');
  const found: string[] = [];
  for await (const { uri, tree } of index.trees({ inside })) {
    const name = uri.path.slice(inside.path.length + 1);
    found.push(`${name}: ${tree.requests.map(({ url }) => url).join(' ')}`);
  }
  return found.join(', ');
}

function eventuallyCalls(wanted: string): Promise<unknown> {
  return eventually(`requests "${wanted}"`, async () => (await calls()) === wanted);
}

const isOpen = (uri: Uri) =>
  workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());

test('begins', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
});

test('finds files that were never opened, but none of packages', async () => {
  await write('index/a.http', 'GET https://a.index.example\n');
  await write('index/deep/b.rest', 'GET https://b.index.example\n');
  await write('index/node_modules/c.http', 'GET https://c.index.example\n');
  await eventuallyCalls('a.http: https://a.index.example, deep/b.rest: https://b.index.example');
  assert.ok(!isOpen(fileUri('index/a.http')), 'It opened a document.');
});

test('follows a change on the disk', async () => {
  changes.length = 0;
  await write('index/a.http', 'GET https://changed.index.example\n');
  await eventuallyCalls('a.http: https://changed.index.example, deep/b.rest: https://b.index.example');
  // The file may be read before the editor tells of it.
  await eventually('the change to be told', () => changes.includes('a.http'));
});

test('counts an edit that is not saved, and forgets it when the document goes', async () => {
  // The editor in a browser saves by itself a second after an edit.
  await workspace.getConfiguration('files').update('autoSave', 'off', ConfigurationTarget.Global);
  const uri = fileUri('index/a.http');
  const document = await open(uri);
  changes.length = 0;
  const edit = new WorkspaceEdit();
  edit.replace(uri, new Range(new Position(0, 0), new Position(1, 0)), 'GET https://unsaved.index.example\n');
  await workspace.applyEdit(edit);
  assert.equal(await calls(), 'a.http: https://unsaved.index.example, deep/b.rest: https://b.index.example');
  assert.ok(document.isDirty, 'It was saved.');
  assert.ok(changes.includes('a.http'));
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await eventuallyCalls('a.http: https://changed.index.example, deep/b.rest: https://b.index.example');
});

test('counts a document that was never saved', async () => {
  const document = await workspace.openTextDocument({
    language: 'http',
    content: 'GET https://new.index.example\n',
  });
  await window.showTextDocument(document);
  const { uris } = await index.files();
  assert.ok(uris.some(({ scheme }) => scheme === 'untitled'));
  const tree = await index.tree(document.uri);
  assert.equal(tree?.requests[0]?.url, 'https://new.index.example');
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

test('loses a file that is deleted, and one whose folder is', async () => {
  changes.length = 0;
  await rm(fileUri('index/a.http').fsPath);
  await eventuallyCalls('deep/b.rest: https://b.index.example');
  assert.ok(changes.includes('files'));
  await write('index/other/d.http', 'GET https://d.index.example\n');
  await eventuallyCalls('deep/b.rest: https://b.index.example, other/d.http: https://d.index.example');
  await rm(fileUri('index/deep').fsPath, { recursive: true });
  await eventuallyCalls('other/d.http: https://d.index.example');
});

test('follows a folder that gets another name', async () => {
  await rename(fileUri('index/other').fsPath, fileUri('index/renamed').fsPath);
  await eventuallyCalls('renamed/d.http: https://d.index.example');
});

test('proposes the origins of files that were never opened', async () => {
  tap.picks.length = 0;
  tap.inputAnswers.push('pasted-value-0123456789', 'proposed');
  // Left at the question for the origins, which follows the one for the profile where a profile waits for a token.
  tap.pickAnswers.push('New token');
  await commands.executeCommand('keyturn.tokens.add');
  tap.pickAnswers.length = 0;
  const labels = tap.picks
    .flat()
    .map((item: string | QuickPickItem) => (typeof item === 'string' ? item : item.label));
  assert.ok(labels.includes('https://d.index.example'), labels.join());
  assert.ok(!labels.includes('https://a.index.example'), labels.join());
  tap.forget();
  index.dispose();
});

export const run = runAll;
