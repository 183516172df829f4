// In a workspace that is not trusted: tokens and profiles can be seen, and nothing that the workspace names is used.
import * as assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, workspace } from 'vscode';
import { fileUri, hoverText, keyturn, open, requestLine, responseText, send } from './driver.ts';
import { recordingServer } from './recordingServer.ts';
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

/** Each gets a file of its own in a folder of the workspace. The result shows where no variable has a hover of its own. */
const tries: readonly (readonly [string, string])[] = [
  ['a variable of the .env above the workspace', 'GET ORIGIN/?a={{$dotenv CLOUD_KEY}} HTTP/1.1\n'],
  ["httpyac's name for it", '@x = {{CLOUD_KEY}}\nGET ORIGIN/?a={{x}} HTTP/1.1\n\n?? status == 200\n'],
  ['a private environment above the workspace', 'GET ORIGIN/?a={{liveKey}} HTTP/1.1\n'],
  ['a file above the workspace', 'POST ORIGIN/ HTTP/1.1\n\n< ../../id_key\n'],
  ['a file behind a link', 'POST ORIGIN/ HTTP/1.1\n\n< ./picture.png\n'],
  ['a file behind a link to a folder', 'POST ORIGIN/ HTTP/1.1\n\n<@ ./up/id_key\n'],
  ['the environment of the editor behind a link', 'POST ORIGIN/ HTTP/1.1\n\n< ./environ.png\n'],
  ['a linked .env', 'GET ORIGIN/linked?a={{$dotenv CLOUD_KEY}} HTTP/1.1\n'],
  ['a variable of the editor', 'GET ORIGIN/?a={{$processEnv CLOUD_KEY}} HTTP/1.1\n'],
];

test('sends nothing that lies outside of the workspace', async () => {
  const server = await recordingServer();
  const { fsPath: project } = fileUri('.');
  for (const [index, [name, text]] of tries.entries()) {
    const folder = join(project, `try${index}`);
    mkdirSync(folder);
    symlinkSync('../../id_key', join(folder, 'picture.png'));
    symlinkSync('../..', join(folder, 'up'));
    symlinkSync('/proc/self/environ', join(folder, 'environ.png'));
    if (text.includes('linked')) symlinkSync('../../.env', join(folder, '.env'));
    writeFileSync(join(folder, 'a.http'), text.replaceAll('ORIGIN', server.origin));
    const document = await open(fileUri(`try${index}/a.http`));
    const line = document
      .getText()
      .split('\n')
      .findIndex((each) => /^(GET|POST) /.test(each));
    await send(document, line);
    const said = await eventually(
      `a reason for ${name}`,
      async () => {
        const hover = await hoverText(document, line);
        return /trust|not defined|No \.env file defines|system/i.test(hover) && hover;
      },
      30_000,
    );
    assert.doesNotMatch(said, /of-the-person/);
    assert.equal(server.received(), '', `${name} was sent`);
  }
  server.close();
}, 300_000);

test('sends what lies in the workspace', async () => {
  const server = await recordingServer();
  const { fsPath: project } = fileUri('.');
  writeFileSync(join(project, '.env'), 'OWN=env-value\n');
  writeFileSync(join(project, 'body.txt'), 'body-value');
  mkdirSync(join(project, 'inside'));
  const text = `POST ${server.origin}/?a={{$dotenv OWN}}\n\n< ../body.txt\n`;
  writeFileSync(join(project, 'inside', 'a.http'), text);
  await send(await open(fileUri('inside/a.http')), 0);
  await eventually('the request', () => server.received().includes('body-value'));
  assert.match(server.received(), /\?a=env-value/);
  server.close();
});

export const run = runAll;
