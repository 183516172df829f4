// Runs inside the extension host: sends every request of a file by Send All, asks for completions meanwhile and right
// afterwards, and leaves the figures in a file.
'use strict';
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay, performance } = require('node:perf_hooks');
const { setTimeout: wait } = require('node:timers/promises');
const vscode = require('vscode');
const { calm } = require('./calm.cjs');

const plan = JSON.parse(process.env.KEYTURN_BENCH_PLAN);
const completeEveryMs = 400;
const withinMs = 150_000;

const answered = async () => Number(await (await fetch(`${plan.origin}/count`)).text());

/** Milliseconds until the editor has the completions of a header line. */
async function complete(document, count = 1) {
  const times = [];
  for (let n = 0; n < count; n++) {
    const from = performance.now();
    const { items } = await vscode.commands.executeCommand(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(2, 'Authorization: '.length),
    );
    if (items.length === 0) throw new Error('There are no completions.');
    times.push(performance.now() - from);
  }
  return times;
}

async function measure() {
  const document = await vscode.workspace.openTextDocument(plan.file);
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  editor.selection = new vscode.Selection(1, 0, 1, 0);
  // Loads what the first send and the first completion load.
  await vscode.commands.executeCommand('keyturn.send');
  await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  await wait(2000);
  await complete(document, 3);
  await calm();
  const before = await answered();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const startedAt = Date.now();
  let resolvedAt = null;
  const command = Promise.resolve(vscode.commands.executeCommand('keyturn.sendAll')).then(() => {
    resolvedAt = Date.now();
  });
  const during = [];
  let sent = 0;
  while (resolvedAt === null && sent < plan.requests && Date.now() - startedAt < withinMs) {
    await Promise.race([command, wait(completeEveryMs)]);
    if (resolvedAt === null) during.push(...(await complete(document)));
    sent = (await answered()) - before;
  }
  delay.disable();
  const after = await complete(document, 5);
  // A build whose command waits for its message is not waited for.
  await Promise.race([command, wait(3000)]);
  return {
    startedAt,
    resolvedMs: resolvedAt === null ? null : resolvedAt - startedAt,
    sent: (await answered()) - before,
    during,
    after,
    loopDelay: { median: delay.percentile(50) / 1e6, most: delay.max / 1e6 },
  };
}

exports.run = async () => {
  const found = await measure().catch((error) => ({ error: String(error.stack ?? error) }));
  writeFileSync(plan.result, JSON.stringify(found));
};
