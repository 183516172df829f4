// What one request leaves for the next: its answer, in the folder and the environment that it was sent in.
import * as assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  commands,
  type CompletionList,
  env,
  type Hover,
  type Location,
  MarkdownString,
  Position,
  type TextDocument,
  window,
  workspace,
} from 'vscode';
import { eventuallyResponds, fileUri, hoverText, keyturn, open, responseText, send } from './driver.ts';
import { eventually, runAllBeside, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
const token = 'token-of-the-login-0123456789';
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.url ?? ''} ${request.headers.authorization ?? '-'}`);
  response
    .setHeader('content-type', 'application/json')
    .end(JSON.stringify({ data: { token }, path: request.url }));
});
const login = '/login -';
const use = `/use Bearer ${token}`;

const [USE, LOGIN, CIRCLE] = [0, 5, 9] as const;
const uri = () => fileUri('session/requests.http');

async function openFile(): Promise<TextDocument> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await workspace.fs.writeFile(
    fileUri('session/http-client.env.json'),
    Buffer.from(JSON.stringify({ one: { api: origin }, two: { api: origin } })),
  );
  const text = [
    'GET {{api}}/use',
    'Authorization: Bearer {{login.response.body.$.data.token}}',
    '',
    '###',
    '# @name login',
    'POST {{api}}/login',
    '',
    '###',
    '# @name circle',
    'GET {{api}}/{{other.response.body.$.path}}',
    '',
    '###',
    '# @name other',
    'GET {{api}}/{{circle.response.body.$.path}}',
    '',
  ];
  await workspace.fs.writeFile(uri(), Buffer.from(text.join('\n')));
  return open(uri());
}

async function choose(environment: string) {
  tap.pickAnswers.push(environment);
  await commands.executeCommand('keyturn.environment.select', uri());
}

test('sends the request that another one refers to first, and shows both results', async () => {
  const document = await openFile();
  await eventually('activation', () => keyturn().isActive);
  await choose('one');
  await send(document, USE);
  const text = await eventuallyResponds(/Keyturn sent login first/);
  assert.deepEqual(asked, [login, use]);
  assert.doesNotMatch(text, new RegExp(token));
  await eventually('the result of the login', async () => (await hoverText(document, LOGIN)).includes('200'));
});

test('does not send it again in the session', async () => {
  const document = await open(uri());
  asked.length = 0;
  await send(document, USE);
  await eventually('the request', () => asked.length > 0);
  assert.deepEqual(asked, [use]);
});

test('completes members of the answer', async () => {
  const list = await commands.executeCommand<CompletionList>(
    'vscode.executeCompletionItemProvider',
    uri(),
    new Position(1, 'Authorization: Bearer {{login.response.body.$.data.'.length),
  );
  const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  assert.ok(labels.includes('login.response.body.$.data.token'), labels.slice(0, 40).join(', '));
});

test('says in a hover what a reference stands for, without the token', async () => {
  const hovers = await commands.executeCommand<Hover[]>(
    'vscode.executeHoverProvider',
    uri(),
    new Position(1, 'Authorization: Bearer {{lo'.length),
  );
  const words = hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (content instanceof MarkdownString ? content.value : ''))
    .join('\n');
  assert.match(words, /\*\*login\*\* · line 6[^]*Answered 200,[^]*`•••` · token, expiry unknown/);
  assert.doesNotMatch(words, new RegExp(token));
});

test('leads from a reference to its request', async () => {
  const found = await commands.executeCommand<Location[]>(
    'vscode.executeDefinitionProvider',
    uri(),
    new Position(1, 'Authorization: Bearer {{lo'.length),
  );
  assert.deepEqual(
    found.map(({ range }) => range.start.line),
    [LOGIN],
  );
});

test('masks the token in the answer of the login, and reveals it when the person wants to see it', async () => {
  const document = await open(uri());
  await commands.executeCommand('keyturn.response.open', document.uri, LOGIN);
  const text = await eventuallyResponds(/"path": "\/login"/);
  assert.match(text, /"token": "[^"]*•••/);
  assert.doesNotMatch(text, new RegExp(token));
  const shown = window.visibleTextEditors.find((editor) => editor.document.uri.scheme === 'keyturn-response');
  await commands.executeCommand('keyturn.response.reveal', shown?.document.uri);
  await eventuallyResponds(new RegExp(`"token": "${token}"`));
  await commands.executeCommand('keyturn.response.mask', shown?.document.uri);
  await eventually('the mask', () => !responseText().includes(token));
});

const sessionTokens = async () => (await tap.entry('Session'))?.children;

test('shows the token under Session in the Tokens view, and copies its value when asked to', async () => {
  const [shown, ...others] = await eventually('the group Session', sessionTokens);
  assert.deepEqual(others, []);
  const { label, description, contextValue, children } = shown!;
  assert.deepEqual(
    { label, description, contextValue },
    { label: 'login.token', description: 'expiry unknown', contextValue: 'captured copyable' },
  );
  assert.ok(children.some((child) => child.description === 'login, answered 200'));
  assert.doesNotMatch(JSON.stringify(await tap.tree('keyturn.tokens')), new RegExp(token));
  const id = `group:session/${uri().toString()}#login/0`;
  await commands.executeCommand('keyturn.tokens.copyValue', { kind: 'captured', id });
  assert.equal(await env.clipboard.readText(), token);
  assert.ok(tap.messages.some(({ text }) => text.startsWith('Copied the token "login.token".')));
});

test('begins another session in another environment, and when it is cleared', async () => {
  const document = await open(uri());
  asked.length = 0;
  await choose('two');
  assert.equal(await sessionTokens(), undefined);
  await send(document, USE);
  await eventually('both requests', () => asked.length === 2);
  assert.deepEqual(asked, [login, use]);
  await eventually('its token', sessionTokens);
  asked.length = 0;
  await commands.executeCommand('keyturn.clearSession');
  assert.equal(await sessionTokens(), undefined);
  await send(document, USE);
  await eventually('both requests', () => asked.length === 2);
  assert.deepEqual(asked, [login, use]);
});

test('sends nothing where requests wait for one another', async () => {
  const document = await open(uri());
  asked.length = 0;
  await send(document, CIRCLE);
  // The response breaks long lines.
  const text = (await eventuallyResponds(/✗/)).replaceAll(/\s+/g, ' ');
  assert.ok(text.includes('circle (line 10) → other (line 14) → circle (line 10)'), text);
  assert.deepEqual(asked, []);
});

export const run = () => runAllBeside(server);
