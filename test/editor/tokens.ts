// What a person does with tokens, each to its end.
import * as assert from 'node:assert/strict';
import { commands, ConfigurationTarget, env, ThemeColor, window, workspace, WorkspaceEdit } from 'vscode';
import {
  eventuallyResponds,
  fileUri,
  hoverText,
  keyturn,
  open,
  openRequest,
  sandbox,
  send,
  startRecorder,
} from './driver.ts';
import { tapSecrets } from './secretsTap.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();

/** Adds a token by hand that may go to this origin, which a request of the workspace must name. */
async function addToken(name: string, value: string, origin: string): Promise<void> {
  tap.inputAnswers.push(value, name);
  tap.pickAnswers.push('New token', origin, 'Bearer');
  await commands.executeCommand('keyturn.tokens.add');
  await eventually(`${name} in the tree`, () => tap.entry(name));
}

test('keeps a pasted token, and copies and deletes it', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  const value = 'pasted-canary-value-0123456789';
  tap.inputAnswers.push(value, 'pasted');
  // No profile waits for a token here, so it is not asked what the token is for. Without an origin it asks again.
  tap.pickAnswers.push('', sandbox.api, 'Bearer');
  await commands.executeCommand('keyturn.tokens.add');
  const added = await eventually('the token in the tree', () => tap.entry('pasted'));
  assert.ok(!JSON.stringify(added).includes(value));
  assert.ok(tap.inputs.some(({ password }) => password));

  tap.pickAnswers.push('pasted');
  await commands.executeCommand('keyturn.tokens.copy');
  assert.equal(await env.clipboard.readText(), value);
  await env.clipboard.writeText('');

  tap.pickAnswers.push('pasted');
  tap.messageAnswer = ({ actions }) => actions[0];
  await commands.executeCommand('keyturn.tokens.delete');
  tap.messageAnswer = () => undefined;
  await eventually('the token gone', async () => (await tap.entry('pasted')) === undefined);
});

test('obtains a token for a pasted refresh token, and keeps the one that the server gave in its place', async () => {
  const secrets = await tapSecrets();
  const answer = await fetch(`${sandbox.issuer}/sandbox/session`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('viewer:viewer-secret')}` },
  });
  const { refresh_token: pasted } = (await answer.json()) as { refresh_token: string };
  const profile = {
    grant: 'refresh_token',
    issuer: sandbox.issuer,
    clientId: 'viewer',
    clientAuthentication: 'client_secret_basic',
    scope: 'reports:read',
    origins: [sandbox.api],
  };
  const stored = () => {
    const [, value] = [...secrets.written].find(([key]) => key.startsWith('token:person:')) ?? [];
    return JSON.parse(value ?? '{}') as { refreshToken?: string; accessToken?: string };
  };
  const document = await openRequest(
    'person',
    { person: profile },
    { token: 'person', url: `${sandbox.api}/reports` },
  );
  tap.inputs.length = 0;
  tap.inputAnswers.push(pasted, 'viewer-secret');
  tap.pickAnswers.push('person');
  await eventually('the profile in the tree', () => tap.entry('person'));
  await commands.executeCommand('keyturn.tokens.paste');
  assert.deepEqual(
    tap.inputs.map(({ password }) => password),
    [true, true],
  );
  const first = stored().refreshToken;
  assert.ok(first !== undefined && first !== pasted, 'It kept the refresh token that is spent.');
  await send(document, 1);
  await eventuallyResponds(/Visitors by week/);

  // The server takes each refresh token once: this works only with the one that is stored.
  const access = stored().accessToken;
  for (const time of [1, 2]) {
    tap.pickAnswers.push('person');
    tap.messages.length = 0;
    await commands.executeCommand('keyturn.tokens.refresh');
    assert.deepEqual(tap.messages, [], `Refreshing failed at time ${time}.`);
  }
  assert.notEqual(stored().refreshToken, first);
  assert.notEqual(stored().accessToken, access);
  secrets.restore();
});

test('shows the profiles of a keyturn.json that no watcher told of, once a request uses it', async () => {
  const settings = workspace.getConfiguration('files');
  await settings.update('watcherExclude', { '**/unwatched/**': true }, ConfigurationTarget.Workspace);
  try {
    // The watchers are made anew with what they leave out.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(await tap.entry('unseen'), undefined);
    await openRequest(
      'unwatched',
      { unseen: { grant: 'static', origins: [sandbox.api] } },
      { token: 'unseen', url: `${sandbox.api}/reports` },
    );
    await eventually('the profile in the tree', () => tap.entry('unseen'));
  } finally {
    await settings.update('watcherExclude', undefined, ConfigurationTarget.Workspace);
  }
});

test('renames a token, which is sent under its new name as before', async () => {
  const recorder = await startRecorder(60);
  try {
    const document = await openRequest('renamed', {}, { token: 'before', url: `${recorder.origin}/` });
    await addToken('before', 'renamed-token-0123456789', recorder.origin);
    await send(document, 1);
    assert.deepEqual(recorder.requests, ['Bearer renamed-token-0123456789']);

    tap.pickAnswers.push('before');
    tap.inputAnswers.push('after');
    await commands.executeCommand('keyturn.tokens.rename');
    await eventually('the new name alone', async () => {
      const [before, after] = [await tap.entry('before'), await tap.entry('after')];
      return before === undefined && after !== undefined;
    });
    await send(document, 1);
    assert.match(await hoverText(document, 1), /There is no token "before"/);
    const edit = new WorkspaceEdit();
    edit.replace(document.uri, document.lineAt(0).range, '# @token after');
    await workspace.applyEdit(edit);
    await send(document, 1);
    assert.deepEqual(recorder.requests.slice(1), ['Bearer renamed-token-0123456789']);
  } finally {
    recorder.stop();
  }
});

test('sets a client secret, refreshes with it, and opens the profile, all from the palette', async () => {
  const recorder = await startRecorder(3600);
  try {
    const document = await openRequest(
      'machine',
      { other: recorder.profile, machine: recorder.profile },
      { token: 'machine', url: `${recorder.origin}/` },
    );
    tap.inputAnswers.push('first-secret');
    await send(document, 1);
    tap.inputs.length = 0;
    tap.pickAnswers.push('machine');
    tap.inputAnswers.push('second-secret');
    await commands.executeCommand('keyturn.tokens.setClientSecret');
    assert.deepEqual(
      tap.inputs.map(({ label, password }) => [label, password]),
      [['Client Secret: machine', true]],
    );
    tap.pickAnswers.push('machine');
    await commands.executeCommand('keyturn.tokens.refresh');
    await send(document, 1);
    assert.deepEqual(recorder.clientSecrets, ['first-secret', 'second-secret']);
    assert.deepEqual(recorder.requests, ['Bearer token-1', 'Bearer token-2']);
    assert.equal(tap.inputs.length, 1, 'It asked for the secret again.');

    tap.pickAnswers.push('machine');
    await commands.executeCommand('keyturn.profiles.open');
    const shown = window.activeTextEditor;
    assert.equal(shown?.document.uri.toString(), fileUri('machine/keyturn.json').toString());
    const offset = shown.document.offsetAt(shown.selection.active);
    assert.ok(shown.document.getText().slice(offset).startsWith('"machine"'));
  } finally {
    recorder.stop();
  }
});

test('keeps the nodes of the tree while its list is read again: the editor knows no others', async () => {
  const tokens = { kept: { grant: 'static', origins: [sandbox.api] } };
  await openRequest('kept', tokens, { token: 'kept', url: `${sandbox.api}/` });
  await eventually('the profile in the tree', () => tap.entry('kept'));
  const provider = tap.treeProviders.get('keyturn.tokens');
  assert.ok(provider);
  let whole = 0;
  const listening = provider.onDidChangeTreeData?.((changed) => {
    if (changed === undefined) whole++;
  });
  let before = (await provider.getChildren()) ?? [];
  let rounds = whole;
  try {
    for (const padding of [' ', '  ', '   ']) {
      const text = Buffer.from(JSON.stringify({ tokens }) + padding);
      await workspace.fs.writeFile(fileUri('kept/keyturn.json'), text);
      for (const until = Date.now() + 1_000; Date.now() < until;) {
        const after = (await provider.getChildren()) ?? [];
        const same = after.length === before.length && after.every((node, index) => node === before[index]);
        assert.ok(same || whole > rounds, 'Nodes came that the editor was not told of.');
        before = after;
        rounds = whole;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    listening?.dispose();
  }
});

test('tells once that a token in use expired and was not refreshed, and leads to its repair', async () => {
  const recorder = await startRecorder(3);
  const lost = () => tap.messages.filter(({ text }) => text.includes('"brief" has expired'));
  const refused = async (document: Parameters<typeof send>[0]) => {
    recorder.broken = true;
    await new Promise((resolve) => setTimeout(resolve, 3200));
    await send(document, 1);
  };
  tap.messages.length = 0;
  try {
    const document = await openRequest(
      'brief',
      { brief: recorder.profile },
      { token: 'brief', url: `${recorder.origin}/` },
    );
    tap.inputAnswers.push('brief-secret');
    await send(document, 1);
    await eventually('the item', () => tap.statusBarItem('brief under 1 min'));
    await refused(document);
    await eventually('the notification', () => lost().length > 0);
    assert.equal(lost()[0]!.kind, 'warning');
    assert.match(lost()[0]!.text, /could not refresh it\. .*503/);
    assert.deepEqual(lost()[0]!.actions, ['Refresh', "Don't Show Again"]);
    const item = await eventually('the end in the status bar', () => tap.statusBarItem('brief expired'));
    assert.deepEqual(item.backgroundColor, new ThemeColor('statusBarItem.errorBackground'));
    await send(document, 1);
    assert.equal(lost().length, 1, 'It told a second time.');

    recorder.broken = false;
    await send(document, 1);
    await eventually('the item without its colour', () => item.backgroundColor === undefined);
    assert.equal(recorder.requests.length, 2);

    // Another end, repaired by the notification's own button.
    tap.messageAnswer = ({ text, actions }) => {
      if (!text.includes('has expired')) return undefined;
      recorder.broken = false;
      return actions[0];
    };
    await refused(document);
    await eventually('a fresh token', () => tap.statusBarItem('brief under 1 min'));
    assert.equal(lost().length, 2);

    tap.messageAnswer = ({ actions }) => actions.find((action) => action === "Don't Show Again");
    await refused(document);
    await eventually('the last notification', () => lost().length === 3);
    const settings = () => workspace.getConfiguration('keyturn.tokens');
    await eventually('the setting', () => settings().get('notifyExpired') === false);
    recorder.broken = false;
    await send(document, 1);
    await refused(document);
    await eventually('the end in the status bar', () => tap.statusBarItem('brief expired'));
    assert.equal(lost().length, 3);
    await settings().update('notifyExpired', undefined, ConfigurationTarget.Global);
  } finally {
    tap.messageAnswer = () => undefined;
    recorder.stop();
  }
}, 40_000);

// Last, since its token stays behind ended: the status bar would speak of that one.
test('uses a token while it is fresh and refreshes it ahead of its end', async () => {
  const recorder = await startRecorder(6);
  try {
    const document = await openRequest(
      'recorded',
      { recorded: recorder.profile },
      { token: 'recorded', url: `${recorder.origin}/` },
    );
    tap.inputAnswers.push('recorded-secret');
    await send(document, 1);
    await send(document, 1);
    assert.deepEqual(recorder.requests, ['Bearer token-1', 'Bearer token-1']);

    // Half of its life is gone, so it is refreshed, though it has not ended.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    await send(document, 1);
    assert.equal(recorder.requests.at(-1), 'Bearer token-2');
  } finally {
    recorder.stop();
  }
});

export const run = runAll;
