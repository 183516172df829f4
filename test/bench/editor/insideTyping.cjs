// Runs inside the extension host: opens files of many requests, one after the other, lets the driver type into each,
// edits each itself, and leaves the figures in a file.
'use strict';
const { existsSync, writeFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { setTimeout: wait } = require('node:timers/promises');
const vscode = require('vscode');
const { calm } = require('./calm.cjs');

const plan = JSON.parse(process.env.KEYTURN_BENCH_PLAN);
/** Long enough for the lenses of the edit before to be asked for. */
const betweenEditsMs = 700;

/** Milliseconds until the editor has taken an edit, each while the lenses and outline of the one before are made. */
async function edit(document) {
  const times = [];
  for (let n = 0; n < plan.edits; n++) {
    await wait(betweenEditsMs);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(2, 0), 'x');
    const from = performance.now();
    if (!(await vscode.workspace.applyEdit(edit))) throw new Error('The editor refused the edit.');
    times.push(performance.now() - from);
  }
  return times;
}

async function measure() {
  const edits = {};
  for (const { name, file, ready, typed } of plan.files) {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document, { preview: false });
    editor.selection = new vscode.Selection(2, 0, 2, 0);
    await wait(3000);
    await calm();
    writeFileSync(ready, '');
    for (let waited = 0; !existsSync(typed); waited += 50) {
      if (waited > 120_000) throw new Error(`Nothing was typed into ${name} within 120 s.`);
      await wait(50);
    }
    await calm();
    edits[name] = await edit(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
  return { edits };
}

exports.run = async () => {
  const found = await measure().catch((error) => ({ error: String(error.stack ?? error) }));
  writeFileSync(plan.result, JSON.stringify(found));
};
