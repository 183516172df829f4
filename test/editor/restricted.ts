// In a workspace that is not trusted: tokens and profiles can be seen, and nothing that the workspace names is used.
import * as assert from 'node:assert/strict';
import { commands, workspace } from 'vscode';
import { fileUri, hoverText, keyturn, open, requestLine, responseText, send } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();

test('the workspace is not trusted, and the extension runs all the same', async () => {
  assert.equal(workspace.isTrusted, false);
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
});

test('lists the profiles of the workspace', async () => {
  await commands.executeCommand('keyturn.tokens.focus');
  await eventually('viewer in the tree', async () =>
    JSON.stringify(await tap.tree('keyturn.tokens')).includes('viewer'),
  );
});

test('obtains no token for a profile of the workspace and asks for no secret', async () => {
  const document = await open(fileUri('requests.http'));
  const line = requestLine(document, 'reports');
  tap.inputAnswers.push('viewer-secret');
  await send(document, line);
  await eventually('a reason at the request', async () => /trust/i.test(await hoverText(document, line)));
  assert.deepEqual(tap.inputs, []);
  assert.doesNotMatch(responseText(), /Visitors by week/);
});

test('starts no sandbox', async () => {
  tap.messages.length = 0;
  await commands.executeCommand('keyturn.sandbox.start');
  const running = tap.messages.some(({ text }) => text.includes('127.0.0.1'));
  assert.equal(running, false);
});

test('sends a request without a token', async () => {
  const document = await open(fileUri('requests.http'));
  const line = requestLine(document, 'nobody');
  await send(document, line);
  await eventually('401', async () => (await hoverText(document, line)).includes('401'));
});

export const run = runAll;
