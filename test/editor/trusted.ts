// In a trusted workspace with one folder: what a person does on a normal day.
import * as assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import {
  commands,
  DiagnosticSeverity,
  Position,
  TabInputCustom,
  TabInputText,
  ThemeColor,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';
import {
  eventuallyResponds,
  fileUri,
  hoverText,
  jwtThatEnds,
  keyturn,
  lensTitles,
  open,
  openRequest,
  problems,
  requestLine,
  responseText,
  sandbox,
  send,
} from './driver.ts';
import { changedGlobals, sharedGlobals } from './globals.ts';
import { recordingServer } from './recordingServer.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
let globals: ReadonlyMap<string, unknown>;

test('wakes up for an .http file, and then every declared command has its handler', async () => {
  // Node makes its own dispatcher at the first fetch; that is not the extension's doing.
  await fetch(`${sandbox.api}/page.html`);
  globals = sharedGlobals();
  assert.equal(keyturn().isActive, false, 'It is active before anything needs it.');
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  const declared = (keyturn().packageJSON as { contributes: { commands: { command: string }[] } }).contributes
    .commands;
  assert.ok(declared.length > 10);
  const known = await commands.getCommands(true);
  assert.deepEqual(
    declared.map(({ command }) => command).filter((command) => !known.includes(command)),
    [],
  );
});

test('shows lenses above each request', async () => {
  const document = await open(fileUri('requests.http'));
  const line = requestLine(document, 'reports');
  const titles = await eventually('lenses', async () => {
    const found = (await lensTitles(document)).filter((lens) => Math.abs(lens.line - line) <= 3);
    return found.some(({ title }) => title.includes('viewer')) && found.map(({ title }) => title);
  });
  assert.ok(
    titles.some((title) => title.includes('Send')),
    titles.join(' | '),
  );
});

test('asks once for the client secret, masked, and shows the response beside', async () => {
  const document = await open(fileUri('requests.http'));
  tap.inputAnswers.push('viewer-secret');
  await send(document, requestLine(document, 'reports'));
  await eventuallyResponds(/Visitors by week/);
  assert.equal(tap.inputs.length, 1);
  assert.equal(tap.inputs[0]?.password, true);
  assert.equal(
    window.activeTextEditor?.document.uri.toString(),
    document.uri.toString(),
    'The focus was taken.',
  );
  const response = window.visibleTextEditors.find(
    (editor) => editor.document.uri.scheme === 'keyturn-response',
  );
  assert.notEqual(response?.viewColumn, window.activeTextEditor.viewColumn);

  await send(document, requestLine(document, 'reports'));
  assert.equal(tap.inputs.length, 1, 'It asked again for what it has.');
});

test('tells status, limits and token in the hover over the request line', async () => {
  const document = await open(fileUri('requests.http'));
  const text = await hoverText(document, requestLine(document, 'reports'));
  assert.match(text, /200/);
  assert.match(text, /viewer/);
  assert.match(text, /5,?000/);
});

test('shows the token in the tree with its life, scopes and origin', async () => {
  await commands.executeCommand('keyturn.tokens.focus');
  const viewer = await eventually('viewer in the tree', async () => {
    const found = await tap.entry('viewer');
    return found && /min|expir/.test(found.description) && found;
  });
  assert.match(viewer.description, /reports:read/);
  const texts = JSON.stringify(viewer.children);
  assert.ok(texts.includes(sandbox.api), 'The origin or audience is not among the details.');
  assert.match(texts, /not verified/i);
  assert.ok(await tap.entry('editor'), 'A profile without a token is not in the tree.');
});

test('warns in the status bar of a token that ends soon', async () => {
  const viewer = await eventually('an item for viewer', () => tap.statusBarItem('viewer'));
  assert.match(viewer.text, /\$\(key\) viewer \d+ min/);
  assert.equal(viewer.backgroundColor, undefined);

  tap.inputAnswers.push(jwtThatEnds(250), 'soon');
  tap.pickAnswers.push(sandbox.api, 'Bearer');
  await commands.executeCommand('keyturn.tokens.add');
  const file = fileUri('soon.http');
  await workspace.fs.writeFile(file, Buffer.from(`# @token soon\nGET ${sandbox.api}/page.html\n`));
  await open(file);
  const soon = await eventually('an item for soon', () => tap.statusBarItem('soon'));
  assert.match(soon.text, /\$\(key\) soon 4 min/);
  assert.deepEqual(soon.backgroundColor, new ThemeColor('statusBarItem.warningBackground'));
});

test('masks a token that the server echoes', async () => {
  const document = await open(fileUri('requests.http'));
  await send(document, requestLine(document, 'echo'));
  const text = await eventuallyResponds(/x-token/i);
  assert.doesNotMatch(text, /eyJ[\w-]+\.[\w-]+\.[\w-]+/);
});

test('asks before a token goes elsewhere, and keeps it when refused', async () => {
  const document = await open(fileUri('requests.http'));
  tap.messages.length = 0;
  await send(document, requestLine(document, 'elsewhere'));
  const question = tap.messages.find(({ modal }) => modal);
  assert.ok(question, 'Nothing was asked.');
  const words = `${question.text} ${question.detail}`;
  assert.ok(words.includes(sandbox.issuer) && words.includes(sandbox.api), words);
  assert.doesNotMatch(responseText(), /token_endpoint/);

  tap.messageAnswer = ({ modal, actions }) => (modal ? actions[0] : undefined);
  await send(document, requestLine(document, 'elsewhere'));
  await eventuallyResponds(/token_endpoint/);
  tap.messageAnswer = () => undefined;
});

test('shows 401 without a token and 403 with the scope that is missing', async () => {
  const document = await open(fileUri('requests.http'));
  await send(document, requestLine(document, 'nobody'));
  await eventuallyResponds(/401/);
  // A person with tokens may have forgotten to name one.
  const offer = await eventually('the offer', () =>
    tap.messages.find(({ text }) => text.includes('requires a token')),
  );
  assert.deepEqual(offer.actions, ['Sign In to This API', 'Send with Token…', 'Add Token…']);
  await send(document, requestLine(document, 'tooLittle'));
  await eventuallyResponds(/reports:admin/);
});

test('leaves a pinned response as it is, and uses it again once it is let go, all from the palette', async () => {
  const document = await open(fileUri('requests.http'));
  const texts = () =>
    window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .flatMap(({ input }) => (input instanceof TabInputText ? [input.uri] : []))
      .filter(({ scheme }) => scheme === 'keyturn-response');
  await send(document, requestLine(document, 'nobody'));
  await eventuallyResponds(/401/);
  assert.equal(texts().length, 1);
  await commands.executeCommand('workbench.action.focusSecondEditorGroup');
  await commands.executeCommand('keyturn.response.pin');
  await commands.executeCommand('keyturn.response.unpin');
  await send(document, requestLine(document, 'reports'));
  await eventuallyResponds(/Visitors by week/);
  // Its tab is named after the request that it shows now.
  const [first, ...others] = texts();
  assert.ok(first !== undefined && others.length === 0, 'It was not used again.');
  assert.match(first.path, /\/Reports$/);

  await commands.executeCommand('keyturn.response.pin');
  await send(document, requestLine(document, 'nobody'));
  await eventually('a second response', () => texts().length === 2);
  assert.match((await workspace.openTextDocument(first)).getText(), /Visitors by week/);
  await window.tabGroups.close(
    window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof TabInputText && String(input.uri) === String(first)),
  );
});

test("opens a picture in the editor's own viewer", async () => {
  const document = await open(fileUri('requests.http'));
  await send(document, requestLine(document, 'picture'));
  await eventually('a tab with the picture', () =>
    window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .some(({ input }) => input instanceof TabInputCustom && input.viewType.startsWith('imagePreview')),
  );
});

test('reads an unsaved edit, and clears the result of a request that changed', async () => {
  const document = await open(fileUri('requests.http'));
  const line = requestLine(document, 'nobody');
  await send(document, line);
  await eventually('a result', async () => (await hoverText(document, line)).includes('401'));
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, document.lineAt(line).range.end, '?page=2');
  await workspace.applyEdit(edit);
  await eventually('no result', async () => !(await hoverText(document, line)).includes('401'));
  await send(document, line);
  await eventually('a new result', async () => (await hoverText(document, line)).includes('401'));
  await commands.executeCommand('workbench.action.files.revert');
});

test('marks what is wrong in keyturn.json where it stands', async () => {
  const profiles = fileUri('keyturn.json');
  const before = await workspace.fs.readFile(profiles);
  const document = await open(profiles);
  try {
    const edit = new WorkspaceEdit();
    const at = document.positionAt(document.getText().indexOf('"tokens": {') + '"tokens": {'.length);
    edit.insert(profiles, at, '"nowhere": { "grant": "static" },');
    await workspace.applyEdit(edit);
    const found = await eventually('an error', () =>
      problems(profiles).find(
        ({ message, severity }) => severity === DiagnosticSeverity.Error && message.includes('origins'),
      ),
    );
    assert.equal(found.range.start.line, at.line);
    assert.ok(!found.range.start.isEqual(new Position(0, 0)));
    // What is wrong is said once: the schema, which offers and explains, checks nothing.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(
      problems(profiles).map(({ message }) => message),
      [found.message],
    );
    const nowhere = await eventually('the profile in the tree', () => tap.entry('nowhere'));
    assert.match(nowhere.description, /Line \d+ of keyturn\.json: .*origins/);
  } finally {
    await commands.executeCommand('workbench.action.files.revert');
    await workspace.fs.writeFile(profiles, before);
  }
});

test('offers the environments to a request that misses a variable of theirs', async () => {
  const environments = fileUri('environments/http-client.env.json');
  await workspace.fs.writeFile(environments, Buffer.from(JSON.stringify({ local: { api: sandbox.api } })));
  const file = fileUri('environments/page.http');
  await workspace.fs.writeFile(file, Buffer.from('GET {{api}}/page.html\n'));
  const document = await open(file);
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Choose Environment…');
  tap.pickAnswers.push('local');
  try {
    await send(document, 0);
    await eventually('the choice', () => tap.pickAnswers.length === 0);
    assert.match(
      tap.messages.at(-1)?.text ?? '',
      /The variable api on line 1 is not defined\. No environment/,
    );
    await send(document, 0);
    await eventuallyResponds(/This page came from the sandbox/);
  } finally {
    tap.messageAnswer = () => undefined;
    await workspace.fs.delete(environments);
  }
});

test('leads to the error in keyturn.json that keeps a profile from use, not to the environments', async () => {
  const folder = fileUri('mistaken');
  const environments = Uri.joinPath(folder, 'http-client.env.json');
  await workspace.fs.writeFile(environments, Buffer.from(JSON.stringify({ local: { api: sandbox.api } })));
  const profile = { grant: 'client_credential', origins: [sandbox.api] };
  const document = await openRequest(
    'mistaken',
    { mistaken: profile },
    { token: 'mistaken', url: `${sandbox.api}/reports` },
  );
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Open keyturn.json');
  try {
    await eventually('the lens', async () =>
      (await lensTitles(document)).some(({ title }) => title.includes('mistaken · error in keyturn.json')),
    );
    await send(document, 1);
    const shown = await eventually('the file', () => {
      const { activeTextEditor: editor } = window;
      return editor?.document.fileName.endsWith('keyturn.json') === true && editor;
    });
    assert.ok(
      shown.document.getText().slice(shown.document.offsetAt(shown.selection.active)).startsWith('"client_'),
    );
  } finally {
    tap.messageAnswer = () => undefined;
    await workspace.fs.delete(folder, { recursive: true });
  }
});

test('offers to paste a token that a request misses', async () => {
  const profile = { grant: 'static', sendAs: { header: 'X-API-Key' }, origins: [sandbox.api] };
  const folder = fileUri('pasted');
  await workspace.fs.writeFile(
    Uri.joinPath(folder, 'keyturn.json'),
    Buffer.from(JSON.stringify({ tokens: { legacy: profile } })),
  );
  const file = Uri.joinPath(folder, 'summary.http');
  await workspace.fs.writeFile(file, Buffer.from(`# @token legacy\nGET ${sandbox.api}/legacy/summary\n`));
  const document = await open(file);
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Paste Token…');
  tap.inputAnswers.push('legacy-demonstration-key');
  try {
    await send(document, 1);
    await eventually('the prompt', () => tap.inputAnswers.length === 0);
    await eventually('a response', async () => {
      await send(document, 1);
      return (await hoverText(document, 1)).includes('200 OK');
    });
  } finally {
    tap.messageAnswer = () => undefined;
    await workspace.fs.delete(folder, { recursive: true });
  }
});

test('starts a sandbox of its own and stops it', async () => {
  await commands.executeCommand('keyturn.sandbox.start');
  const folder = Uri.joinPath(fileUri('requests.http'), '..');
  const file = Uri.joinPath(folder, 'sandbox.http');
  await workspace.fs.writeFile(file, Buffer.from('GET {{sandboxApi}}/page.html\n'));
  const document = await open(file);
  await send(document, 0);
  await eventuallyResponds(/This page came from the sandbox/);
  await commands.executeCommand('keyturn.sandbox.stop');
});

test('changed nothing that other extensions share', () => {
  assert.deepEqual(changedGlobals(globals), []);
});

test('sends no file of the system, by its path or behind a link', async () => {
  if (process.platform === 'win32') return;
  const server = await recordingServer();
  symlinkSync('/proc/self/environ', fileUri('picture.png').fsPath);
  symlinkSync('/proc/self', fileUri('mine').fsPath);
  const paths = ['/proc/self/environ', './picture.png', './mine/environ', '/dev/zero'];
  const text = paths.map((path) => `POST ${server.origin}/\n\n< ${path}\n`).join('\n###\n');
  writeFileSync(fileUri('system.http').fsPath, text);
  const document = await open(fileUri('system.http'));
  for (const [index, path] of paths.entries()) {
    const line = document.getText().split('\n').indexOf(`< ${path}`) - 2;
    await send(document, line);
    await eventually(
      `a reason for ${path}`,
      async () => (await hoverText(document, line)).includes('belongs to the system'),
      30_000,
    );
    assert.equal(server.received(), '', `${index}: ${path} was sent`);
  }
  server.close();
}, 120_000);

export const run = runAll;
