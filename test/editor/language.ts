// What the editor offers while a person writes: completions and definitions, in .http files and in keyturn.json.
import * as assert from 'node:assert/strict';
import {
  commands,
  type CompletionList,
  type DocumentSymbol,
  type Location,
  Position,
  type TextDocument,
  type Uri,
  workspace,
} from 'vscode';
import { fileUri, keyturn, open, sandbox } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();

const text = `@host = ${sandbox.api}
@path = reports

### First
# @name first
# @token viewer
GET {{host}}/{{path}}
Authorization: Bearer {{$token editor}}

### Second
# @name second
POST {{host}}/reports
`;

/** Where `|` stands in `line`, which is put after the text; the text before it is what a person has typed. */
async function typed(line: string): Promise<{ document: TextDocument; position: Position }> {
  const uri = fileUri('typed.http');
  const at = line.indexOf('|');
  const whole = `${text}${line.replace('|', '')}`;
  await workspace.fs.writeFile(uri, Buffer.from(whole));
  const document = await open(uri);
  await eventually('the new text', () => document.getText() === whole);
  const before = `${text}${line.slice(0, at)}`.split('\n');
  return { document, position: new Position(before.length - 1, before.at(-1)?.length ?? 0) };
}

async function labels(uri: Uri, position: Position): Promise<string[]> {
  const list = await commands.executeCommand<CompletionList>(
    'vscode.executeCompletionItemProvider',
    uri,
    position,
  );
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

async function offered(line: string): Promise<string[]> {
  const { document, position } = await typed(line);
  return labels(document.uri, position);
}

/** Text of the line that the definition at `word` leads to, and its file. */
async function definition(document: TextDocument, word: string): Promise<{ file: string; line: string }[]> {
  const position = document.positionAt(document.getText().indexOf(word) + 1);
  const found = await commands.executeCommand<Location[]>(
    'vscode.executeDefinitionProvider',
    document.uri,
    position,
  );
  return Promise.all(
    found.map(async ({ uri, range }) => ({
      file: uri.path.split('/').at(-1) ?? '',
      line: (await workspace.openTextDocument(uri)).lineAt(range.start.line).text.trim(),
    })),
  );
}

function includesAll(found: readonly string[], wanted: readonly string[]): void {
  assert.deepEqual(
    wanted.filter((word) => !found.includes(word)),
    [],
    `There were only ${found.join(', ')}.`,
  );
}

test('offers the names of tokens after # @token and in {{$token }}', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  tap.inputAnswers.push('pasted-value-0123456789', 'pasted');
  tap.pickAnswers.push(sandbox.api, 'Bearer');
  await commands.executeCommand('keyturn.tokens.add');
  const names = ['viewer', 'editor', 'admin', 'pasted'];
  includesAll(await offered('\n### Third\n# @token |'), names);
  includesAll(await offered('\n### Third\nGET {{host}}/\nX-Token: {{$token |}}'), names);
});

test('offers variables of the file and of its environment, and those that are made for each request', async () => {
  const environments = fileUri('http-client.env.json');
  await workspace.fs.writeFile(environments, Buffer.from(JSON.stringify({ local: { region: 'eu' } })));
  await open(fileUri('requests.http'));
  await eventually('the choice of an environment', async () => {
    tap.pickAnswers.splice(0, Infinity, 'local');
    await commands.executeCommand('keyturn.environment.select');
    return (await offered('\n### Third\nGET {{|')).includes('region');
  });
  includesAll(await offered('\n### Third\nGET {{|'), ['host', 'path', 'region', '$token']);
  includesAll(await offered('\n### Third\nGET {{$|'), ['$guid', '$timestamp']);
});

test('offers methods, headers, their values and the keys of metadata', async () => {
  includesAll(await offered('\n### Third\nP|'), ['POST', 'PUT', 'PATCH']);
  includesAll(await offered('\n### Third\nGET {{host}}/\nA|'), ['Accept', 'Authorization']);
  includesAll(await offered('\n### Third\nGET {{host}}/\nAccept: |'), ['application/json']);
  includesAll(await offered('\n### Third\n# @|'), ['name', 'token', 'timeout', 'no-redirect']);
});

test('leads from a variable to where it is set, and from the name of a token to its profile', async () => {
  const { document } = await typed('|');
  assert.deepEqual(await definition(document, 'host}}/{{path'), [
    { file: 'typed.http', line: `@host = ${sandbox.api}` },
  ]);
  assert.deepEqual(await definition(document, 'path}}'), [{ file: 'typed.http', line: '@path = reports' }]);
  assert.deepEqual(await definition(document, 'viewer'), [{ file: 'keyturn.json', line: '"viewer": {' }]);
  assert.deepEqual(await definition(document, 'editor}}'), [{ file: 'keyturn.json', line: '"editor": {' }]);
  assert.deepEqual(await definition(document, 'POST'), []);
});

test('names the requests of a file in its outline', async () => {
  const { document } = await typed('|');
  const symbols = await commands.executeCommand<DocumentSymbol[]>(
    'vscode.executeDocumentSymbolProvider',
    document.uri,
  );
  includesAll(
    symbols.map(({ name }) => name),
    ['first', 'second'],
  );
});

test('completes keyturn.json by its schema', async () => {
  const profiles = fileUri('schema/keyturn.json');
  const whole = '{\n  "tokens": {\n    "viewer": {\n      "grant": "",\n      \n    }\n  }\n}\n';
  await workspace.fs.writeFile(profiles, Buffer.from(whole));
  const document = await open(profiles);
  assert.equal(document.languageId, 'jsonc');
  // The editor's JSON service starts with the first such file.
  await eventually('the members of a profile', async () =>
    (await labels(profiles, new Position(4, 6))).includes('origins'),
  );
  includesAll(await labels(profiles, new Position(4, 6)), [
    'origins',
    'issuer',
    'clientId',
    'clientAuthentication',
    'scope',
    'sendAs',
    'tokenEndpoint',
  ]);
  includesAll(await labels(profiles, new Position(3, 16)), [
    '"static"',
    '"client_credentials"',
    '"refresh_token"',
  ]);
});

export const run = runAll;
