// "Turn This Login into a Token": from a login that was sent to requests that name its token, and back.
import * as assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CodeAction, commands, Range, type TextDocument, workspace, WorkspaceEdit } from 'vscode';
import { eventuallyResponds, fileUri, keyturn, open, requestLine, send } from './driver.ts';
import { type SecretsTap, tapSecrets } from './secretsTap.ts';
import { eventually, runAllBeside, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
let secrets: SecretsTap;
const bodies: string[] = [];
const carried: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => {
    if (request.method === 'POST') {
      bodies.push(body.trim());
      const data = { token: `secret-token-${bodies.length}`, refresh: 'secret-refresh', expires: 3600 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
    } else {
      carried.push(request.headers.authorization ?? '');
      response.end(`answer of ${request.url}`);
    }
  });
});
const title = 'Turn This Login into a Token';
const text = (origin: string) => `# @name login
POST ${origin}/login
Content-Type: application/json

{"user": "zoe", "password": "hunter2-hunter2"}

###
# @name refresh
POST ${origin}/refresh

{{login.response.body.$.data.refresh}}

###
# @name reports
GET ${origin}/reports
Authorization: Bearer {{login.response.body.$.data.token}}
Accept: text/plain
`;

async function actionsAt(document: TextDocument, line: number): Promise<CodeAction[]> {
  const range = new Range(line, 0, line, 0);
  const actions = await commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
  );
  return actions.filter((action) => action.title === title);
}

let document: TextDocument;
let before: string;
const profileUri = () => fileUri('logins/keyturn.json');
const profiles = async () => Buffer.from(await workspace.fs.readFile(profileUri())).toString();

test('offers nothing before the login was sent', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  before = text(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await workspace.fs.writeFile(fileUri('logins/auth.http'), Buffer.from(before));
  await workspace.fs.writeFile(profileUri(), Buffer.from('{\n  // Mine.\n  "tokens": {}\n}\n'));
  document = await open(fileUri('logins/auth.http'));
  await eventually('activation', () => keyturn().isActive);
  secrets = await tapSecrets();
  assert.deepEqual(await actionsAt(document, requestLine(document, 'login')), []);
});

test('writes the profile and names the token in one edit that can be undone', async () => {
  await send(document, requestLine(document, 'login'));
  await eventuallyResponds(/200 OK/);
  await open(document.uri);
  assert.deepEqual(await actionsAt(document, requestLine(document, 'reports')), []);
  const [action] = await eventually('the action', async () => {
    const found = await actionsAt(document, requestLine(document, 'login'));
    return found.length > 0 && found;
  });
  tap.messages.length = 0;
  const { command, arguments: values = [] } = action!.command!;
  await commands.executeCommand(command, ...(values as unknown[]));
  const after = document.getText();
  assert.match(after, /# @name reports\n# @token api\nGET \S+\/reports\nAccept: text\/plain\n$/);
  assert.match(after, /\/refresh\n\n\{\{\$refreshToken\}\}\n/);
  assert.doesNotMatch(after, /login\.response/);
  const written = await profiles();
  assert.match(written, /\/\/ Mine\./);
  assert.match(written, /"request": "auth\.http#login"[^]*"accessToken": "\$\.data\.token"/);
  assert.match(written, /"expiresIn": "\$\.data\.expires"[^]*"refreshRequest": "auth\.http#refresh"/);
  assert.doesNotMatch(written, /secret-|hunter2/);
  const message = await eventually('the message', () =>
    tap.messages.find(({ text: said }) => said.includes('"api"')),
  );
  assert.deepEqual(message.actions, ['Move Password to Secret Storage', 'Show Profile']);
  assert.ok(!JSON.stringify(tap.messages).includes('secret-'));
});

test('logs in for the request that names the token, and stores it', async () => {
  const logins = bodies.length;
  await send(document, requestLine(document, 'reports'));
  await eventuallyResponds(/answer of \/reports/);
  assert.equal(bodies.length, logins + 1);
  assert.equal(carried.at(-1), `Bearer secret-token-${bodies.length}`);
  await open(document.uri);
  await send(document, requestLine(document, 'reports'));
  assert.equal(bodies.length, logins + 1);
  assert.equal([...secrets.written.values()].filter((value) => value.includes('secret-token-')).length, 1);
});

test('refreshes with the stored refresh token', async () => {
  const logins = bodies.length;
  tap.pickAnswers.push('api');
  await commands.executeCommand('keyturn.tokens.refresh');
  await eventually('a refresh', () => bodies.length > logins);
  assert.equal(bodies.at(-1), 'secret-refresh');
});

test('can be undone, and moves the password when the person wants that', async () => {
  await open(document.uri);
  await commands.executeCommand('undo');
  assert.equal(document.getText(), before);
  await document.save();
  // The profile is there still: the next one gets another name.
  tap.messageAnswer = ({ actions }) => actions.find((action) => action.startsWith('Move Password'));
  await commands.executeCommand('keyturn.turnLoginIntoToken', document.uri, requestLine(document, 'login'));
  await eventually('no password', () => !document.getText().includes('hunter2'));
  assert.match(document.getText(), /"password": "\{\{\$token api(?:-2)?-password\}\}"/);
  assert.doesNotMatch(await profiles(), /hunter2/);
  assert.equal([...secrets.written.values()].filter((value) => value.includes('hunter2')).length, 1);
  const logins = bodies.length;
  await send(document, requestLine(document, 'login'));
  assert.equal(bodies.length, logins + 1);
  assert.match(bodies.at(-1) ?? '', /"password": "hunter2-hunter2"/);
});

test('sends what stands in the editor, saved or not', async () => {
  await open(document.uri);
  const [, name = ''] = /# @token (\S+)/.exec(document.getText()) ?? [];
  await send(document, requestLine(document, 'reports'));
  const edit = new WorkspaceEdit();
  const at = document.positionAt(document.getText().indexOf('{{$refreshToken}}'));
  edit.insert(document.uri, at, 'unsaved ');
  assert.ok(await workspace.applyEdit(edit));
  assert.ok(document.isDirty);
  const sent = bodies.length;
  tap.pickAnswers.push(name);
  await commands.executeCommand('keyturn.tokens.refresh');
  await eventually('a refresh', () => bodies.length > sent);
  assert.equal(bodies.at(-1), 'unsaved secret-refresh');
  await document.save();
});

export const run = () => runAllBeside(server);
