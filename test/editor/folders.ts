// Two workspace folders, each with a keyturn.json of its own.
import * as assert from 'node:assert/strict';
import { commands } from 'vscode';
import { eventuallyResponds, fileUri, hoverText, keyturn, open, send } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();

test('uses the nearest keyturn.json of each file', async () => {
  const first = await open(fileUri('a.http', 0));
  await eventually('activation', () => keyturn().isActive);
  tap.inputAnswers.push('viewer-secret');
  await send(first, 1);
  await eventuallyResponds(/Visitors by week/);

  const second = await open(fileUri('b.http', 1));
  tap.inputAnswers.push('editor-secret');
  await send(second, 1);
  await eventually('a result in the second folder', async () => (await hoverText(second, 1)).includes('200'));
  assert.equal(tap.inputs.length, 2);
});

test('does not find a profile of the other folder', async () => {
  const second = await open(fileUri('b.http', 1));
  await send(second, 5);
  await eventually('a reason', async () => (await hoverText(second, 5)).includes('viewer'));
  assert.doesNotMatch(await hoverText(second, 5), /200 OK/);
});

test('shows the profiles of both in the tree', async () => {
  await commands.executeCommand('keyturn.tokens.focus');
  await eventually('both profiles', async () => {
    const tree = JSON.stringify(await tap.tree('keyturn.tokens'));
    return tree.includes('"viewer"') && tree.includes('"editor"');
  });
});

test('tells two of one name apart by their files', async () => {
  const [group] = await tap.tree('keyturn.tokens');
  const shown = new Map<string, string[]>();
  for (const { label, description } of group?.children ?? []) {
    shown.set(label, [...(shown.get(label) ?? []), description]);
  }
  const [first, second] = (shown.get('admin') ?? []).sort();
  assert.match(first ?? '', /^first\/keyturn\.json · none yet/);
  assert.match(second ?? '', /^second\/keyturn\.json · none yet/);
  assert.doesNotMatch(shown.get('viewer')?.[0] ?? '', /keyturn\.json/);
});

export const run = runAll;
