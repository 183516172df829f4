// The editor's secret storage refuses to write: the person is told, and what was held is still held.
import * as assert from 'node:assert/strict';
import { commands } from 'vscode';
import { fileUri, hoverText, keyturn, open, openRequest, send, startRecorder } from './driver.ts';
import { type SecretsTap, tapSecrets } from './secretsTap.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
let secrets: SecretsTap;
let recorder: Awaited<ReturnType<typeof startRecorder>>;

/** Runs while nothing can be written, and gives what the person was told. */
async function whileRefused(act: () => PromiseLike<unknown>): Promise<string> {
  tap.messages.length = 0;
  secrets.refuses = true;
  try {
    await act();
  } finally {
    secrets.refuses = false;
  }
  const told = await eventually('a message', () => tap.messages.find(({ kind }) => kind === 'error'));
  return told.text;
}

const refused = /Couldn't write to the editor's secret storage\. Nothing was changed\. Unlock the keychain/;

function openPasted() {
  const profile = { grant: 'static', origins: [recorder.origin] };
  return openRequest('refused', { kept: profile }, { token: 'kept', url: `${recorder.origin}/` });
}

test('begins with a token that is stored', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  secrets = await tapSecrets();
  recorder = await startRecorder(3600);
  const document = await openPasted();
  await eventually('the profile', () => tap.entry('kept'));
  tap.pickAnswers.push('kept');
  tap.inputAnswers.push('first-value-0123456789');
  await commands.executeCommand('keyturn.tokens.paste');
  await send(document, 1);
  assert.deepEqual(recorder.requests, ['Bearer first-value-0123456789']);
});

test('keeps the old token when a new value cannot be stored, and takes it afterwards', async () => {
  const document = await openPasted();
  const paste = async () => {
    tap.pickAnswers.push('kept');
    tap.inputAnswers.push('second-value-0123456789');
    await commands.executeCommand('keyturn.tokens.paste');
  };
  assert.match(await whileRefused(paste), refused);
  await send(document, 1);
  await paste();
  await send(document, 1);
  assert.deepEqual(recorder.requests.slice(-2), [
    'Bearer first-value-0123456789',
    'Bearer second-value-0123456789',
  ]);
});

test('keeps a token that cannot be deleted', async () => {
  const document = await openPasted();
  tap.messageAnswer = ({ modal, actions }) => (modal ? actions[0] : undefined);
  const told = await whileRefused(async () => {
    tap.pickAnswers.push('kept');
    await commands.executeCommand('keyturn.tokens.delete');
  });
  tap.messageAnswer = () => undefined;
  assert.match(told, refused);
  await send(document, 1);
  assert.equal(recorder.requests.at(-1), 'Bearer second-value-0123456789');
});

test('keeps the old name of a token that cannot be renamed', async () => {
  await openPasted();
  tap.pickAnswers.push('New token', recorder.origin, 'Bearer');
  tap.inputAnswers.push('named-value-0123456789', 'old-name');
  await commands.executeCommand('keyturn.tokens.add');
  await eventually('the token', () => tap.entry('old-name'));
  const told = await whileRefused(async () => {
    tap.pickAnswers.push('old-name');
    tap.inputAnswers.push('new-name');
    await commands.executeCommand('keyturn.tokens.rename');
  });
  assert.match(told, refused);
  assert.ok(await tap.entry('old-name'));
  assert.equal(await tap.entry('new-name'), undefined);
});

test('says that a client secret was not stored, and goes on with the one that is', async () => {
  const document = await openRequest(
    'machine',
    { machine: recorder.profile },
    { token: 'machine', url: `${recorder.origin}/` },
  );
  tap.inputAnswers.push('stored-secret');
  await send(document, 1);
  const told = await whileRefused(async () => {
    tap.pickAnswers.push('machine');
    tap.inputAnswers.push('another-secret');
    await commands.executeCommand('keyturn.tokens.setClientSecret');
  });
  assert.match(told, refused);
  tap.pickAnswers.push('machine');
  await commands.executeCommand('keyturn.tokens.refresh');
  assert.deepEqual(recorder.clientSecrets, ['stored-secret', 'stored-secret']);
});

test('uses a refreshed token that cannot be stored, and says so', async () => {
  const document = await openRequest(
    'machine',
    { machine: recorder.profile },
    { token: 'machine', url: `${recorder.origin}/` },
  );
  const stored = () => [...secrets.written].find(([key]) => key.startsWith('token:machine:'))?.[1];
  const before = stored();
  const told = await whileRefused(async () => {
    tap.pickAnswers.push('machine');
    await commands.executeCommand('keyturn.tokens.refresh');
  });
  assert.match(told, /new token "machine" could not be saved: Keyturn keeps it in memory only/);
  assert.equal(stored(), before);
  await send(document, 1);
  assert.equal(recorder.requests.at(-1), 'Bearer token-3');
  assert.match(await hoverText(document, 1), /200 OK/);
  recorder.stop();
  secrets.restore();
});

export const run = runAll;
