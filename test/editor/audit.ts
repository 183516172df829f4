// The audit log as a person sees it, and tokens that go through an encrypted file.
import * as assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commands, extensions, type TreeItem, type Uri, window, workspace } from 'vscode';
import { createAuditLog } from '../../src/audit/auditLog.ts';
import { systemClock } from '../../src/base/clock.ts';
import { tokenEvent } from '../../src/base/auditEvent.ts';
import { fileUri, keyturn, open, openRequest, send, startRecorder } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap, type TreeText } from './wiretap.ts';

const tap = installWiretap();
const view = 'keyturn.audit';
const passphrase = 'correct horse battery staple';

/** Where the next save and open dialogs lead. */
const dialogs: { save: Uri | undefined; open: Uri[] } = {
  save: undefined,
  open: [],
};
const target = window as unknown as Record<string, () => Promise<unknown>>;
target['showSaveDialog'] = () => Promise.resolve(dialogs.save);
target['showOpenDialog'] = () => Promise.resolve(dialogs.open);

async function events(): Promise<TreeText[]> {
  return (await tap.tree(view)).flatMap(({ children }) => children);
}

async function text(uri: Uri): Promise<string> {
  return Buffer.from(await workspace.fs.readFile(uri)).toString();
}

/** Writes one event as another window or process does: nothing but the folder of the log connects the two. */
async function writeFromElsewhere(tokenName: string): Promise<void> {
  const companion = extensions.getExtension<{ storage: string }>('keyturn.test-companion');
  assert.ok(companion, 'The companion is not loaded.');
  const { storage } = await companion.activate();
  const log = createAuditLog({
    folder: join(dirname(storage), 'keyturn.keyturn', 'audit'),
    clock: systemClock,
    mask: (text) => text,
    secrets: () => null,
    retentionDays: () => 90,
    report: assert.ifError,
  });
  log.record({
    ...tokenEvent('used', { name: tokenName, accessToken: null }, 'test'),
    status: 200,
  });
  await log.dispose();
}

/** The view's node with this label. */
async function node(label: string): Promise<unknown> {
  const provider = tap.treeProviders.get(view)!;
  for (const day of (await provider.getChildren()) ?? []) {
    for (const event of (await provider.getChildren(day)) ?? []) {
      const item: TreeItem = await provider.getTreeItem(event);
      if (item.label === label) return event;
    }
  }
  return undefined;
}

test('shows what happened to a token, newest first, and nothing secret', async () => {
  const recorder = await startRecorder(3600);
  try {
    await open(fileUri('requests.http'));
    await eventually('activation', () => keyturn().isActive);
    const document = await openRequest(
      'recorded',
      { recorded: recorder.profile },
      { token: 'recorded', url: `${recorder.origin}/reports/77` },
    );
    tap.inputAnswers.push('recorded-secret');
    await send(document, 1);
    await send(document, 1);
    tap.pickAnswers.push('recorded');
    await commands.executeCommand('keyturn.tokens.copy');
    await commands.executeCommand('keyturn.audit.show');
    const shown = await events();
    assert.deepEqual(
      shown.map(({ label }) => label),
      ['recorded copied', 'recorded used', 'recorded used', 'recorded obtained'],
    );
    assert.match(shown[1]!.description, new RegExp(`200 · GET /reports/\\{id\\} · ${recorder.origin}`));
    assert.doesNotMatch(JSON.stringify(await tap.tree(view)), /token-1|recorded-secret/);
  } finally {
    recorder.stop();
  }
});

test('opens the file and line that caused an event', async () => {
  await open(fileUri('requests.http'));
  await commands.executeCommand('keyturn.audit.openCause', await node('recorded used'));
  const editor = window.activeTextEditor;
  assert.equal(editor?.document.uri.toString(), fileUri('recorded/request.http').toString());
  assert.equal(editor.selection.active.line, 1);

  tap.messages.length = 0;
  await commands.executeCommand('keyturn.audit.openCause', await node('recorded copied'));
  assert.match(tap.messages[0]?.text ?? '', /keyturn\.tokens\.copy/);
});

test('shows by itself what comes while it is open, and leaves alone what is selected', async () => {
  const provider = tap.treeProviders.get(view)!;
  let told = 0;
  const listening = provider.onDidChangeTreeData?.(() => told++);
  const before = await node('recorded obtained');
  tap.pickAnswers.push('recorded');
  await commands.executeCommand('keyturn.tokens.copy');
  await eventually('the new event', async () => (await events()).length === 5);
  assert.deepEqual(
    (await events()).slice(0, 2).map(({ label }) => label),
    ['recorded copied', 'recorded copied'],
  );
  // The same node, so that the editor keeps what is selected and where it stands.
  const after = await node('recorded obtained');
  assert.equal((after as { id: string }).id, (before as { id: string }).id);
  assert.equal(told, 1);
  // One event of another window or process, as far as this one can tell: it only appears in the folder.
  await writeFromElsewhere('elsewhere');
  await eventually('the event of another process', async () =>
    (await events()).some(({ label }) => label === 'elsewhere used'),
  );
  assert.equal(told, 2);

  // Hidden, it does nothing, and catches up when it is shown.
  await commands.executeCommand('workbench.view.explorer');
  await writeFromElsewhere('hidden');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal(told, 2);
  await commands.executeCommand('keyturn.audit.focus');
  await eventually('what happened meanwhile', async () =>
    (await events()).some(({ label }) => label === 'hidden used'),
  );
  listening?.dispose();
});

test('filters by what is typed and by what an event is about', async () => {
  tap.inputAnswers.push('action:copied since:1d');
  await commands.executeCommand('keyturn.audit.filter');
  assert.deepEqual(
    (await events()).map(({ label }) => label),
    ['recorded copied', 'recorded copied'],
  );
  await commands.executeCommand('keyturn.audit.clearFilter');
  await commands.executeCommand('keyturn.audit.onlyAction', await node('recorded obtained'));
  assert.deepEqual(
    (await events()).map(({ label }) => label),
    ['recorded obtained'],
  );
  await commands.executeCommand('keyturn.audit.clearFilter');
  assert.equal((await events()).length, 7);
});

/** On Windows the folder says who may read a file. */
const OWNER_ALONE = process.platform === 'win32' ? 0o666 : 0o600;

async function modeOf(uri: Uri): Promise<number> {
  return (await stat(uri.fsPath)).mode & 0o777;
}

test('verifies the log and exports it', async () => {
  tap.messages.length = 0;
  await commands.executeCommand('keyturn.audit.verify');
  // Two of the lines are those of another process, which has no key.
  assert.match(
    tap.messages[0]?.text ?? '',
    /The chain of the audit log is unbroken: 7 events\..* Nothing proves 2 lines of it/,
  );

  dialogs.save = fileUri('audit.csv');
  await commands.executeCommand('keyturn.audit.export');
  assert.equal((await text(dialogs.save)).split('\r\n').length, 9);
  dialogs.save = fileUri('audit.json');
  await commands.executeCommand('keyturn.audit.export');
  assert.equal((JSON.parse(await text(dialogs.save)) as unknown[]).length, 7);
  assert.equal(await modeOf(dialogs.save), OWNER_ALONE);
});

test('takes a token out into a file and back again', async () => {
  const file = fileUri('tokens.keyturn');
  dialogs.save = file;
  dialogs.open = [file];
  tap.pickAnswers.push('recorded');
  tap.inputAnswers.push(passphrase, passphrase);
  tap.inputs.length = 0;
  await commands.executeCommand('keyturn.tokens.export');
  assert.deepEqual(
    tap.inputs.map(({ password }) => password),
    [true, true],
  );
  assert.doesNotMatch(await text(file), /token-1/);
  assert.equal(await modeOf(file), OWNER_ALONE);

  tap.pickAnswers.push('recorded');
  tap.messageAnswer = ({ actions }) => actions[0];
  await commands.executeCommand('keyturn.tokens.delete');
  tap.messageAnswer = () => undefined;
  const held = async () => ((await tap.entry('recorded'))?.contextValue ?? '').includes('held');
  await eventually('the token gone', async () => !(await held()));

  tap.messages.length = 0;
  tap.inputAnswers.push('another passphrase');
  await commands.executeCommand('keyturn.tokens.import');
  assert.match(tap.messages[0]?.text ?? '', /passphrase is wrong, or the file was changed/);

  tap.inputAnswers.push(passphrase);
  tap.pickAnswers.push('recorded');
  await commands.executeCommand('keyturn.tokens.import');
  await eventually('the token back', held);
  await commands.executeCommand('keyturn.audit.refresh');
  assert.deepEqual(
    (await events()).slice(0, 3).map(({ label }) => label),
    ['recorded added', 'recorded deleted', 'recorded exported'],
  );
});

export const run = runAll;
