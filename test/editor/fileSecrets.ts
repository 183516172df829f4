// Tokens and client secrets in plain text: told as problems, moved into the secret storage by the quick fix.
import * as assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import {
  type CodeAction,
  commands,
  ConfigurationTarget,
  type Diagnostic,
  Position,
  type Range,
  type TextDocument,
  type Uri,
  workspace,
  WorkspaceEdit,
} from 'vscode';
import {
  eventuallyResponds,
  fileUri,
  jwtThatEnds,
  keyturn,
  open,
  problems,
  sandbox,
  send,
  startRecorder,
} from './driver.ts';
import { type SecretsTap, tapSecrets } from './secretsTap.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
let secrets: SecretsTap;
let recorder: Awaited<ReturnType<typeof startRecorder>>;

const title = 'Move to Secret Storage';

async function write(name: string, content: string | object): Promise<TextDocument> {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  await workspace.fs.writeFile(fileUri(name), Buffer.from(text));
  return open(fileUri(name));
}

const inPlainText = ({ code }: Diagnostic) => code === 'token_in_file' || code === 'secret_in_file';

/** The problems of plain text in a document, once there are so many. */
function told(document: TextDocument, count: number): Promise<Diagnostic[]> {
  return eventually(`${count} secrets in ${document.fileName}`, () => {
    const found = problems(document.uri).filter(inPlainText);
    return found.length === count && found;
  });
}

async function fixesAt(uri: Uri, range: Range): Promise<CodeAction[]> {
  const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', uri, range);
  return actions.filter((action) => action.title === title);
}

/** Does what the quick fix of the first problem does. */
async function fix(document: TextDocument): Promise<void> {
  const [problem] = problems(document.uri).filter(inPlainText);
  assert.ok(problem, 'There is no problem.');
  // The editor hears of a problem a moment later than the extensions.
  const action = await eventually(
    'the quick fix',
    async () => (await fixesAt(document.uri, problem.range))[0],
  );
  assert.ok(action.command, 'The quick fix does nothing.');
  assert.equal(action.kind?.value, 'quickfix');
  tap.messages.length = 0;
  const { command, arguments: values = [] } = action.command;
  await commands.executeCommand(command, ...(values as unknown[]));
}

const onDisk = (document: TextDocument) => readFile(document.uri.fsPath, 'utf8');
const written = (value: string) => [...secrets.written.values()].filter((text) => text.includes(value));

test('begins', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  secrets = await tapSecrets();
  recorder = await startRecorder(3600);
});

test('moves a token of a header, everywhere in the file, and the requests work as before', async () => {
  const token = jwtThatEnds(3600);
  const { origin } = recorder;
  const text = `@key = ${token}\n\n### one\nGET ${origin}/one\nAuthorization: Bearer ${token}\n\n### two\nGET ${origin}/two\nAuthorization: Bearer {{key}}\n`;
  const document = await write('header/a.http', text);
  await told(document, 2);
  await send(document, 3);
  tap.inputAnswers.push('moved');
  await fix(document);
  assert.equal(document.getText(), text.replaceAll(token, '{{$token moved}}'));
  assert.equal(await onDisk(document), document.getText());
  assert.equal(written(token).length, 1);
  assert.match(tap.messages.map(({ text: said }) => said).join(), /secret storage as "moved"/);
  assert.ok(!JSON.stringify(tap.messages).includes(token));
  await told(document, 0);
  await send(document, 3);
  await send(document, 7);
  assert.deepEqual(recorder.requests.slice(-3), Array(3).fill(`Bearer ${token}`));

  // The person can take it back.
  await open(document.uri);
  await commands.executeCommand('undo');
  assert.equal(document.getText(), text);
  // The same token again: it is held already, so nothing is asked.
  await document.save();
  await told(document, 2);
  tap.inputs.length = 0;
  await fix(document);
  assert.deepEqual(tap.inputs, []);
  assert.equal(document.getText(), text.replaceAll(token, '{{$token moved}}'));
});

test('asks where the token of a variable may go when that is not plain', async () => {
  const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
  const text = `@token = ${token}\n\n### one\nGET https://a.example.com/\nAuthorization: Bearer {{token}}\n\n### two\nGET https://b.example.com/\nX-Key: {{token}}\n`;
  const document = await write('variable/a.http', text);
  await told(document, 1);
  // Left at the question for the origins: nothing has changed.
  tap.inputAnswers.push('github');
  await fix(document);
  assert.equal(document.getText(), text);
  assert.deepEqual(written(token), []);
  tap.inputAnswers.push('github');
  tap.pickAnswers.push('https://a.example.com');
  await fix(document);
  assert.equal(document.lineAt(0).text, '@token = {{$token github}}');
  const [stored = '{}'] = written(token);
  const { personal } = JSON.parse(stored) as { personal?: unknown };
  assert.deepEqual(personal, { origins: ['https://a.example.com'], sendAs: { scheme: 'Bearer' } });
});

test('keeps what else is being written in the file from being saved', async () => {
  // The editor in a browser saves by itself a second after an edit.
  await workspace.getConfiguration('files').update('autoSave', 'off', ConfigurationTarget.Global);
  const token = 'glpat-0123456789abcdefghij';
  const document = await write('dirty/a.http', `GET ${recorder.origin}/\nPrivate-Token: ${token}\n`);
  await told(document, 1);
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, new Position(0, 0), '# not done yet\n');
  await workspace.applyEdit(edit);
  await eventually('the problem to move', () =>
    problems(document.uri).some((found) => inPlainText(found) && found.range.start.line === 2),
  );
  tap.inputAnswers.push('lab');
  await fix(document);
  assert.equal(document.lineAt(2).text, 'Private-Token: {{$token lab}}');
  assert.ok(document.isDirty);
  assert.match(tap.messages.map(({ text }) => text).join(), /Save the file to finish/);
  const [stored = '{}'] = written(token);
  assert.deepEqual((JSON.parse(stored) as { personal?: { sendAs?: unknown } }).personal?.sendAs, {
    header: 'Private-Token',
  });
});

test('changes nothing in the file when the store refuses', async () => {
  const token = jwtThatEnds(3000);
  const text = `GET ${recorder.origin}/\nAuthorization: Bearer ${token}\n`;
  const document = await write('refused/a.http', text);
  await told(document, 1);
  secrets.refuses = true;
  tap.inputAnswers.push('refused');
  await fix(document);
  secrets.refuses = false;
  assert.equal(document.getText(), text);
  assert.equal(await onDisk(document), text);
  assert.match(
    tap.messages.map(({ text: said }) => said).join(),
    /write to the editor.s secret storage\. Nothing was changed/,
  );
  assert.ok(!JSON.stringify(tap.messages).includes(token));
});

test('makes no link of a name that a token may have proposed', async () => {
  const name = '[more](command:workbench.action.quit)';
  const document = await write(
    'link/a.http',
    `GET ${recorder.origin}/\nAuthorization: Bearer ${jwtThatEnds(2000)}\n`,
  );
  await told(document, 1);
  tap.inputAnswers.push(name);
  await fix(document);
  assert.equal(document.lineAt(1).text, `Authorization: Bearer {{$token ${name}}}`);
  assert.match(tap.messages.map(({ text }) => text).join(), /secret storage as "\[more\] \(command/);
});

const entry = () => ({
  Type: 'OAuth2',
  'Grant Type': 'Client Credentials',
  'Token URL': `${recorder.origin}/token`,
  'Client ID': 'recorded',
  'Client Secret': 'hush-hush-0123',
});
/** The same without its secret. */
const without = (made: object) =>
  Object.fromEntries(Object.entries(made).filter(([name]) => name !== 'Client Secret'));
const asking = () => `GET ${recorder.origin}/api\nAuthorization: Bearer {{$auth.token("api")}}\n`;

test('moves the client secret of an environment file to where its entry finds it', async () => {
  const requests = await write('entry/a.http', asking());
  const document = await write('entry/http-client.env.json', {
    $shared: { Security: { Auth: { api: entry() } }, other: 1 },
  });
  await told(document, 1);
  await fix(document);
  const left = without(entry());
  assert.deepEqual(JSON.parse(document.getText()), {
    $shared: { Security: { Auth: { api: left } }, other: 1 },
  });
  assert.equal(await onDisk(document), document.getText());
  assert.equal(written('hush-hush-0123').length, 1);
  await told(document, 0);

  // The token is asked for with it, without a question for it.
  tap.inputs.length = 0;
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Send Once');
  await open(requests.uri);
  const before = recorder.clientSecrets.length;
  await eventually('the file to be read again', async () => {
    await send(requests, 0);
    return recorder.clientSecrets.length > before;
  });
  tap.messageAnswer = () => undefined;
  assert.equal(recorder.clientSecrets.at(-1), 'hush-hush-0123');
  assert.deepEqual(tap.inputs, []);
  await eventuallyResponds(/\{\}/);
});

test('moves the secret for requests of a file that was never opened', async () => {
  const uri = fileUri('closed/deep/a.http');
  await workspace.fs.writeFile(uri, Buffer.from(asking()));
  const closed = { ...entry(), 'Client ID': 'closed', 'Client Secret': 'hush-closed-4567' };
  const document = await write('closed/http-client.env.json', {
    $shared: { Security: { Auth: { api: closed } } },
  });
  const line = document
    .getText()
    .split('\n')
    .findIndex((one) => one.includes('hush-closed-4567'));
  // The editor hears of a new file a moment later.
  await eventually('the secret to be moved', async () => {
    await commands.executeCommand('keyturn.moveSecret', document.uri, line, 0);
    return !document.getText().includes('hush-closed-4567');
  });
  assert.deepEqual(JSON.parse(document.getText()), {
    $shared: { Security: { Auth: { api: without(closed) } } },
  });
  assert.equal(written('hush-closed-4567').length, 1);
  assert.ok(!workspace.textDocuments.some((other) => other.uri.toString() === uri.toString()));
});

test('asks before it takes the place of another secret that is stored', async () => {
  await write('entry/a.http', asking());
  const other = { ...entry(), 'Client Secret': 'another-secret-9876' };
  const text = JSON.stringify({ $shared: { Security: { Auth: { api: other } } } });
  const document = await write('entry/http-client.env.json', text);
  await told(document, 1);
  await fix(document);
  assert.equal(document.getText(), text);
  assert.deepEqual(written('another-secret-9876'), []);
  assert.ok(tap.messages.some(({ modal, actions }) => modal && actions.includes('Replace')));
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Replace');
  await fix(document);
  tap.messageAnswer = () => undefined;
  assert.equal(written('another-secret-9876').length, 1);
  assert.ok(!document.getText().includes('another-secret-9876'));
});

test('says in the entry that the client has a secret where nothing else does', async () => {
  await write('code/a.http', asking());
  const code = {
    ...entry(),
    'Client ID': 'coded',
    'Grant Type': 'Authorization Code',
    'Auth URL': `${recorder.origin}/auth`,
    'Redirect URL': 'http://127.0.0.1/callback',
  };
  const document = await write('code/http-client.private.env.json', {
    dev: { Security: { Auth: { api: code } } },
  });
  await told(document, 1);
  await fix(document);
  const left = without(code);
  assert.deepEqual(JSON.parse(document.getText()), {
    dev: { Security: { Auth: { api: { ...left, 'Client Credentials': 'basic' } } } },
  });
});

test('leaves a secret where no request says where it may go', async () => {
  await write('unused/a.http', 'GET https://a.example.com/\n');
  const text = JSON.stringify({ dev: { Security: { Auth: { api: entry() } } } });
  const document = await write('unused/http-client.env.json', text);
  await told(document, 1);
  await fix(document);
  assert.equal(document.getText(), text);
  assert.match(tap.messages.map(({ text: said }) => said).join(), /can't tell which origins to allow/);
});

test('moves the client secret of a file variable, and takes its line away', async () => {
  const { origin } = recorder;
  const lines = [
    `@api_tokenEndpoint = ${origin}/token`,
    '@api_clientId = mine',
    '@api_clientSecret = very-hush-4567',
    '',
    `GET ${origin}/flow`,
    'Authorization: oauth2 client_credentials api',
    '',
  ];
  const document = await write('flow/a.http', lines.join('\n'));
  await told(document, 1);
  await fix(document);
  assert.equal(document.getText(), lines.filter((line) => !line.includes('very-hush')).join('\n'));
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Send Once');
  await send(document, 3);
  tap.messageAnswer = () => undefined;
  assert.equal(recorder.clientSecrets.at(-1), 'very-hush-4567');
});

test('works from the palette at the cursor, and says so when nothing stands there', async () => {
  const document = await write('palette/a.http', `GET ${sandbox.api}/reports\n`);
  await open(document.uri);
  tap.messages.length = 0;
  await commands.executeCommand('keyturn.moveSecret');
  assert.match(tap.messages.map(({ text }) => text).join(), /This line has no token/);
  recorder.stop();
});

test('has written each of them down', async () => {
  await commands.executeCommand('keyturn.audit.show');
  // Another suite of this editor may have left a filter.
  await commands.executeCommand('keyturn.audit.clearFilter');
  const names = ['moved', 'github', 'lab', 'api'];
  const added = await eventually(`${names.join()} in the audit view`, async () => {
    const tree = JSON.stringify(await tap.tree('keyturn.audit').catch(() => []));
    return names.every((name) => tree.includes(name)) && tree;
  });
  for (const value of ['hush-hush-0123', 'very-hush-4567', 'glpat-0123456789abcdefghij'])
    assert.ok(!added.includes(value));
  secrets.restore();
});

export const run = runAll;
