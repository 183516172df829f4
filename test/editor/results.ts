// What is shown of a result is that of the request and environment it belongs to, and of no other.
import * as assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  commands,
  Position,
  Range,
  type TextDocument,
  TextEditorRevealType,
  type Uri,
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
  responseText,
  send,
} from './driver.ts';
import { eventually, runAllBeside, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
const held: ServerResponse[] = [];
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  if (request.url === '/slow') held.push(response);
  else if (request.url === '/401') response.writeHead(401).end();
  else if (request.url === '/login') {
    response.setHeader('set-cookie', 'sid=cookie-of-the-login; HttpOnly').end('welcome');
  } else if (request.url === '/who') response.end(`cookies: ${request.headers.cookie ?? 'none'}.`);
  else if (request.url === '/token') {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
  } else response.end(`answer of ${request.url}`);
});

async function openFile() {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await workspace.fs.writeFile(
    fileUri('results/http-client.env.json'),
    Buffer.from(JSON.stringify({ one: { api: origin }, two: { api: origin } })),
  );
  const text = `GET {{api}}/fast\n\n###\nGET {{api}}/slow\n\n###\nGET http://127.0.0.1:1/refused\n`;
  await workspace.fs.writeFile(fileUri('results/requests.http'), Buffer.from(text));
  return open(fileUri('results/requests.http'));
}

const [FAST, SLOW, REFUSED] = [0, 3, 6] as const;

async function choose(environment: string, document: Uri) {
  tap.pickAnswers.push(environment);
  await commands.executeCommand('keyturn.environment.select', document);
}

test('shows the answer of a request with the environment it was sent in', async () => {
  const document = await openFile();
  await eventually('activation', () => keyturn().isActive);
  await choose('one', document.uri);
  await send(document, FAST);
  const text = await eventuallyResponds(/answer of \/fast/);
  assert.match(text, /^environment one$/m);
});

test('takes it away while another request is under way, and after that was cancelled', async () => {
  const document = await open(fileUri('results/requests.http'));
  const sent = send(document, SLOW);
  const waiting = await eventuallyResponds(/Sending…/);
  assert.match(waiting, /\/slow/);
  assert.doesNotMatch(waiting, /answer of/);
  await commands.executeCommand('keyturn.cancel');
  await sent;
  assert.match(await eventuallyResponds(/✗/), /\/slow[^]*[Cc]ancelled/);
  assert.doesNotMatch(responseText(), /answer of|Sending/);
});

test('takes it away when the next request fails', async () => {
  const document = await open(fileUri('results/requests.http'));
  await send(document, FAST);
  await eventuallyResponds(/answer of \/fast/);
  await send(document, REFUSED);
  assert.doesNotMatch(await eventuallyResponds(/✗/), /answer of|200 OK/);
});

test('takes results at the lines away when another environment is chosen, and marks the open response', async () => {
  const document = await open(fileUri('results/requests.http'));
  await send(document, FAST);
  await eventually('a result', async () => (await hoverText(document, FAST)).includes('200'));
  await choose('two', document.uri);
  await eventually('no result', async () => !(await hoverText(document, FAST)).includes('200'));
  assert.match(await eventuallyResponds(/two is chosen now/), /^environment one; two is chosen now$/m);
  await send(document, FAST);
  await eventuallyResponds(/^environment two$/m);
});

test('leaves the result of a request away that was under way when another environment was chosen', async () => {
  const document = await open(fileUri('results/requests.http'));
  const before = held.length;
  const sent = send(document, SLOW);
  await eventually('the request', () => held.length > before);
  await choose('one', document.uri);
  held.at(-1)!.end('late');
  await sent;
  assert.match(await eventuallyResponds(/late/), /^environment two; one is chosen now$/m);
  assert.doesNotMatch(await hoverText(document, SLOW), /200/);
});

test('runs the scripts of a request, and shows the tests that failed', async () => {
  const uri = fileUri('results/scripts.http');
  const text = [
    '< {% request.variables.set("made", "by-a-script") %}',
    'GET {{api}}/{{made}}?x',
    '',
    '> {%',
    '  client.test("is answered", () => client.assert(response.status === 200));',
    '  client.test("is empty", () => client.assert(response.body === "", "it is not"));',
    '%}',
  ];
  await workspace.fs.writeFile(uri, Buffer.from(text.join('\n')));
  const document = await open(uri);
  await send(document, 1);
  const shown = await eventuallyResponds(/answer of \/by-a-script\?x/);
  assert.match(shown, /1 of 2 tests failed/);
  assert.match(shown, /✗ is empty: it is not \(line 6\)/);
  assert.match(await hoverText(document, 1), /is answered/);
});

test('keeps the cookies of each environment apart, shows them without their values, and clears them', async () => {
  const uri = fileUri('results/cookies.http');
  await workspace.fs.writeFile(uri, Buffer.from('GET {{api}}/login\n\n###\nGET {{api}}/who\n'));
  const document = await open(uri);
  await send(document, 0);
  assert.doesNotMatch(await eventuallyResponds(/welcome/), /cookie-of-the-login/);
  await send(document, 3);
  assert.match(await eventuallyResponds(/cookies: /), /cookies: sid=•••/);
  const shown = async () => {
    await commands.executeCommand('keyturn.cookies.show');
    const { document: cookies } = window.activeTextEditor!;
    assert.equal(cookies.uri.scheme, 'keyturn-cookies');
    return eventually('the cookies', () => cookies.getText());
  };
  const listed = await shown();
  assert.match(listed, /environment one\n.*\n +127\.0\.0\.1 +\/ +sid +••• +.* +HttpOnly/);
  assert.doesNotMatch(listed, /cookie-of-the-login/);

  await choose('two', uri);
  await send(await open(uri), 3);
  await eventuallyResponds(/cookies: none/);
  await choose('one', uri);
  await commands.executeCommand('keyturn.cookies.clear');
  await eventually('none', async () => (await shown()).includes('There are none'));
  await send(await open(uri), 3);
  await eventuallyResponds(/cookies: none/);
});

/** What a failed send offers, with the words above it. */
async function offerOf(document: TextDocument, line: number) {
  tap.messages.length = 0;
  await send(document, line);
  return eventually('an offer', () => tap.messages.find(({ actions }) => actions.length > 0));
}

/** The same after a token was pasted: it is stored a little later than it is given. */
async function offerWithPasted(document: TextDocument, line: number) {
  await eventually('the pasted token', () => tap.inputAnswers.length === 0);
  tap.messageAnswer = () => undefined;
  return eventually('an offer with the pasted token', async () => {
    const offer = await offerOf(document, line);
    return offer.text.startsWith('No token is stored') ? undefined : offer;
  });
}

test('says how to set a variable that is missing outside, and opens or creates .env', async () => {
  const text =
    'GET http://127.0.0.1/{{$processEnv NO_SUCH_VARIABLE}}\n\n###\nGET http://127.0.0.1/{{$dotenv NONE}}\n';
  await workspace.fs.writeFile(fileUri('outside/requests.http'), Buffer.from(text));
  const document = await open(fileUri('outside/requests.http'));
  tap.messageAnswer = ({ actions }) => actions[0];

  const process = await offerOf(document, 0);
  assert.match(process.text, /no variable NO_SUCH_VARIABLE.* Set NO_SUCH_VARIABLE before the editor/);
  assert.deepEqual(process.actions, ['Go to Request']);

  const opened = () => window.activeTextEditor?.document.uri;
  await workspace.fs.writeFile(fileUri('outside/.env'), Buffer.from('OTHER=1\n'));
  const lacking = await offerOf(document, 3);
  assert.match(lacking.text, /outside\/\.env does not define the variable NONE/);
  assert.deepEqual(lacking.actions, ['Open .env']);
  await eventually('the .env file', () => opened()?.toString() === fileUri('outside/.env').toString());

  await workspace.fs.delete(fileUri('outside/.env'));
  await open(fileUri('outside/requests.http'));
  const none = await offerOf(document, 3);
  assert.deepEqual(none.actions, ['Create .env']);
  await eventually(
    'a new .env',
    () => opened()?.scheme === 'untitled' && opened()?.path.endsWith('/outside/.env') === true,
  );
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  tap.messageAnswer = () => undefined;
});

test('offers what helps after each failure of a token', async () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = {
    pasted: { grant: 'static', origins: [origin] },
    old: { grant: 'static', origins: [origin] },
    client: {
      grant: 'client_credentials',
      tokenEndpoint: `${origin}/token`,
      clientId: 'me',
      origins: [origin],
    },
  };
  await workspace.fs.writeFile(fileUri('offers/keyturn.json'), Buffer.from(JSON.stringify({ tokens })));
  const requests = ['', '# @token pasted\n', '# @token old\n', '# @token client\n'];
  const text = requests.map((token) => `${token}GET ${origin}/401\n`).join('\n###\n');
  await workspace.fs.writeFile(fileUri('offers/requests.http'), Buffer.from(text));
  const document = await open(fileUri('offers/requests.http'));
  const lines = text.split('\n').flatMap((line, at) => (line.startsWith('GET') ? [at] : []));

  // No token, and an API that does not say who issues its tokens.
  const bare = await offerOf(document, lines[0]!);
  assert.match(bare.text, /requires a token/);
  assert.deepEqual(bare.actions, ['Send with Token…', 'Add Token…']);

  tap.inputAnswers.push('a-pasted-token-0123456789');
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Paste Token…');
  assert.deepEqual((await offerOf(document, lines[1]!)).actions, ['Paste Token…']);
  const refused = await offerWithPasted(document, lines[1]!);
  assert.match(refused.text, /refused the token "pasted"/);
  assert.deepEqual(refused.actions, ['Paste Token…', 'Send with Token…']);

  tap.inputAnswers.push(jwtThatEnds(-3600));
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Paste Token…');
  await offerOf(document, lines[2]!);
  const expired = await offerWithPasted(document, lines[2]!);
  assert.match(expired.text, /"old" expired/);
  assert.deepEqual(expired.actions, ['Paste Token…']);

  tap.inputAnswers.push('a-wrong-secret');
  const wrong = await offerOf(document, lines[3]!);
  assert.deepEqual(wrong.actions, ['Set Client Secret…']);
});

test('sends the request that was refused, wherever it stands when the person picks a token for it', async () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await workspace.fs.writeFile(fileUri('offers/moved.http'), Buffer.from(`GET ${origin}/401\n`));
  const document = await open(fileUri('offers/moved.http'));
  tap.pickAnswers.push('pasted');
  tap.messageAnswer = async ({ actions }) => {
    const chosen = actions.find((action) => action === 'Send with Token…');
    if (chosen === undefined || document.lineCount > 2) return undefined;
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, new Position(0, 0), `GET ${origin}/another\n\n###\n`);
    await workspace.applyEdit(edit);
    return chosen;
  };
  asked.length = 0;
  await offerOf(document, 0);
  await eventually('the second request', () => asked.length > 1);
  assert.deepEqual(asked, ['/401', '/401']);
  tap.messageAnswer = () => undefined;
});

test('Send All shows each result at its request, wherever edits move it during the run', async () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const requests = ['slow', 'moved', 'changed', 'last'].map((path) => `GET ${origin}/${path}\n`);
  await workspace.fs.writeFile(fileUri('offers/all.http'), Buffer.from(requests.join('\n###\n')));
  const document = await open(fileUri('offers/all.http'));
  asked.length = 0;
  const before = held.length;
  const done = commands.executeCommand('keyturn.sendAll');
  await eventually('the first request', () => held.length > before);
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, new Position(0, 0), '# a note\n\n\n');
  await workspace.applyEdit(edit);
  const other = new WorkspaceEdit();
  const { range } = document.lineAt(lineOf('changed'));
  other.replace(document.uri, range, `GET ${origin}/other`);
  await workspace.applyEdit(other);
  held.at(-1)!.end('late');
  await done;
  assert.deepEqual(asked, ['/slow', '/moved', '/changed', '/last']);
  const withResult: number[] = [];
  for (let line = 0; line < document.lineCount; line++) {
    if ((await hoverText(document, line)).includes('200')) withResult.push(line);
  }
  assert.deepEqual(withResult, ['slow', 'moved', 'last'].map(lineOf));

  function lineOf(path: string): number {
    return document.getText().split('\n').indexOf(`GET ${origin}/${path}`);
  }
});

test('a file of many requests has lenses near the screen, and Send All is done before its message is read', async () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const text = Array.from({ length: 400 }, (_, n) => `GET ${origin}/${n}\n\n###\n`).join('');
  await workspace.fs.writeFile(fileUri('many/requests.http'), Buffer.from(text));
  const document = await open(fileUri('many/requests.http'));
  const lensLines = async () => (await lensTitles(document)).map(({ line }) => line);
  await eventually('lenses at the top alone', async () => {
    const lines = await lensLines();
    return lines.includes(0) && !lines.includes(900);
  });
  window.activeTextEditor?.revealRange(new Range(900, 0, 900, 0), TextEditorRevealType.AtTop);
  await eventually('lenses where it was scrolled to', async () => {
    const lines = await lensLines();
    return lines.includes(900) && lines.length < 200;
  });

  const { showInformationMessage } = window;
  window.showInformationMessage = () => new Promise(() => undefined);
  try {
    await commands.executeCommand('keyturn.sendAll');
  } finally {
    window.showInformationMessage = showInformationMessage;
  }
  for (const line of [0, 900, 399 * 3]) assert.match(await hoverText(document, line), /200/);
});

export const run = () => runAllBeside(server);
