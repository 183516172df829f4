// What a file says of its requests is marked before they are sent, asked about, skipped, or named as not run.
import * as assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { commands, DiagnosticSeverity, workspace } from 'vscode';
import { fileUri, hoverText, keyturn, open, problems, send } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
const seen: string[] = [];
const server = createServer((request, response) => {
  seen.push(`${request.method} ${request.url}`);
  response.end('{}');
});
let origin = '';

async function openText(name: string, text: string) {
  if (origin === '') {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  await workspace.fs.writeFile(fileUri(name), Buffer.from(text.replaceAll('ORIGIN', origin)));
  const document = await open(fileUri(name));
  await eventually('activation', () => keyturn().isActive);
  return document;
}

const severities = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'information',
  [DiagnosticSeverity.Hint]: 'hint',
};

function marks(name: string): string[] {
  return problems(fileUri(name)).map(
    ({ range, severity, message }) => `${range.start.line + 1} ${severities[severity]} ${message}`,
  );
}

test('marks methods, directives, variables and what is not run', async () => {
  await workspace.fs.writeFile(
    fileUri('marked/http-client.env.json'),
    Buffer.from(JSON.stringify({ dev: { host: 'http://127.0.0.1:1' } })),
  );
  const name = 'marked/a.http';
  await openText(
    name,
    '@path = x\n# @todo tidy up\n# @tokn viewer\nGTE {{host}}/{{pth}}\n\n###\nGET {{$processEnv NO_SUCH_VARIABLE}}\n?? status == 200\n',
  );
  const wanted = [
    '3 warning There is no directive @tokn. Did you mean @token?',
    '4 error There is no method GTE. Did you mean GET?',
    '4 hint The variable host is defined in another environment: dev.',
    '4 warning The variable pth is not defined. Did you mean path?',
    '7 warning The process has no variable NO_SUCH_VARIABLE.',
    '8 hint Keyturn does not run ?? status == 200 yet.',
  ];
  await eventually('the marks', () => marks(name).length === wanted.length);
  assert.deepEqual(marks(name), wanted);
  // Another environment, other marks.
  tap.pickAnswers.push('dev');
  await commands.executeCommand('keyturn.environment.select', fileUri(name));
  await eventually('fewer marks', () => marks(name).length === wanted.length - 1);
  assert.ok(!marks(name).some((mark) => mark.includes('another environment')));
});

test('refuses a slip in a method and a disabled request, and says why', async () => {
  const document = await openText('stopped.http', 'GTE ORIGIN/one\n\n###\n# @disabled\nDELETE ORIGIN/two\n');
  await send(document, 0);
  assert.match(await hoverText(document, 0), /There is no method GTE[^]*Did you mean GET/);
  await send(document, 4);
  assert.match(await hoverText(document, 4), /This request is disabled[^]*Remove that line to send it/);
  assert.deepEqual(seen, []);
});

test('asks before it sends a request with a note', async () => {
  const document = await openText('noted.http', '# @note This is production\nDELETE ORIGIN/all\n');
  await send(document, 1);
  const question = tap.messages.at(-1);
  assert.deepEqual(
    [question?.modal, question?.text, question?.detail, question?.actions],
    [true, 'This is production', `DELETE ${origin}/all`, ['Send']],
  );
  assert.deepEqual(seen, []);
  tap.messageAnswer = ({ modal }) => (modal ? 'Send' : undefined);
  await send(document, 1);
  assert.deepEqual(seen.splice(0), ['DELETE /all']);
});

test('names beside the result what was not run', async () => {
  const document = await openText('tests.http', 'GET ORIGIN/one\n?? status == 500\n?? body exists\n');
  await send(document, 0);
  const hover = await hoverText(document, 0);
  assert.match(hover, /2 tests not run/);
  assert.match(hover, /Line 2, assertion/);
  assert.deepEqual(seen.splice(0), ['GET /one']);
});

test('Send All asks once for all notes, skips what is disabled and sends the rest', async () => {
  await openText(
    'all.http',
    'GET ORIGIN/one\n\n###\n# @note careful\nDELETE ORIGIN/two\n\n###\n# @note\nDELETE ORIGIN/three\n\n###\n# @disabled\nDELETE ORIGIN/four\n',
  );
  const sendAll = async (answer: string | undefined) => {
    tap.messages.length = 0;
    tap.messageAnswer = ({ modal }) => (modal ? answer : undefined);
    await commands.executeCommand('keyturn.sendAll');
    return seen.splice(0);
  };
  assert.deepEqual(await sendAll(undefined), []);
  const questions = tap.messages.filter(({ modal }) => modal);
  assert.deepEqual(
    questions.map(({ text, actions }) => [text, actions]),
    [['2 requests ask before Keyturn sends them', ['Send All', 'Skip These']]],
  );
  assert.match(questions.map(({ detail }) => detail).join(), /two: careful\n.*three$/);
  assert.deepEqual(await sendAll('Skip These'), ['GET /one']);
  assert.deepEqual(await sendAll('Send All'), ['GET /one', 'DELETE /two', 'DELETE /three']);
  assert.match(tap.messages.at(-1)?.text ?? '', /1 skipped/);
});

test('Send All names a request by its title in its question', async () => {
  await openText('titled.http', '### Clean up\n# @note careful\nDELETE ORIGIN/two\n');
  tap.messages.length = 0;
  tap.messageAnswer = () => undefined;
  await commands.executeCommand('keyturn.sendAll');
  assert.deepEqual(
    tap.messages.map(({ detail }) => detail),
    ['Clean up: careful'],
  );
});

export const run = runAll;
