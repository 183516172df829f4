// Runs inside the extension host: activates the extension that is measured, sends by its command, lets the driver
// click its lens, asks for the lenses of a large file, and leaves the figures in a file.
'use strict';
const { existsSync, writeFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { setTimeout: wait } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');
const vscode = require('vscode');
const { calm } = require('./calm.cjs');

const plan = JSON.parse(process.env.KEYTURN_BENCH_PLAN);

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');

async function heapMiB() {
  for (let n = 0; n < 3; n++) {
    collectGarbage();
    await wait(60);
  }
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

async function measureActivation() {
  const extension = vscode.extensions.getExtension(plan.id);
  if (extension === undefined) throw new Error(`The editor does not know the extension ${plan.id}.`);
  await wait(2500);
  await calm();
  if (extension.isActive) throw new Error(`${plan.id} was active before anything needed it.`);
  const heapBefore = await heapMiB();
  const from = performance.now();
  await extension.activate();
  const milliseconds = performance.now() - from;
  await wait(300);
  return { milliseconds, heapMiB: (await heapMiB()) - heapBefore };
}

/** The file in the first column, with the cursor in its request. */
async function showRequest() {
  const document = await vscode.workspace.openTextDocument(plan.requestFile);
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.One,
    preview: false,
  });
  const line = document
    .getText()
    .split('\n')
    .findIndex((text) => text.startsWith('GET '));
  editor.selection = new vscode.Selection(line, 2, line, 2);
  await wait(300);
}

/** Sends by the command; when the result is on screen is for the page to say. Times are since the epoch. */
async function sendByCommand() {
  const starts = [];
  for (let n = 0; n < plan.sends; n++) {
    await showRequest();
    starts.push(Date.now());
    await vscode.commands.executeCommand(plan.send);
    await wait(n === 0 ? 1500 : 600);
  }
  return starts;
}

async function letDriverClick() {
  await showRequest();
  writeFileSync(plan.readyToClick, '');
  for (let waited = 0; !existsSync(plan.clicked); waited += 50) {
    if (waited > 180_000) throw new Error('The lens was not clicked within 180 s.');
    await wait(50);
  }
}

/** Milliseconds from before a character is typed into a file of many requests to the new lenses. */
async function measureLenses() {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const times = [];
  let lensCount = 0;
  for (const file of plan.largeFiles) {
    const { uri } = await vscode.workspace.openTextDocument(file);
    await vscode.commands.executeCommand('vscode.executeCodeLensProvider', uri);
    for (let n = 0; n < plan.editsEach; n++) {
      await calm();
      const edit = new vscode.WorkspaceEdit();
      edit.insert(uri, new vscode.Position(0, 4), 'x');
      const from = performance.now();
      if (!(await vscode.workspace.applyEdit(edit))) throw new Error('The editor refused the edit.');
      const lenses = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', uri);
      times.push(performance.now() - from);
      lensCount = lenses.length;
    }
  }
  return { times, lensCount };
}

exports.run = async () => {
  try {
    const activation = await measureActivation();
    await showRequest();
    await wait(2000);
    const commandStarts = await sendByCommand();
    await letDriverClick();
    const lenses = await measureLenses();
    writeFileSync(plan.result, JSON.stringify({ activation, commandStarts, lenses }));
  } catch (error) {
    writeFileSync(plan.result, JSON.stringify({ error: String(error.stack ?? error) }));
  }
};
