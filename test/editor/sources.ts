// Tokens that come from a command, an account of the editor, the environment and the keychain.
import * as assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import {
  authentication,
  type AuthenticationGetSessionOptions,
  commands,
  extensions,
  workspace,
} from 'vscode';
import { fileUri, hoverText, keyturn, open, openRequest, send, startRecorder } from './driver.ts';
import { tapSecrets } from './secretsTap.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap, type ShownMessage } from './wiretap.ts';

const tap = installWiretap();
let recorder: Awaited<ReturnType<typeof startRecorder>>;

interface Accounts {
  sessions: { readonly id: string; readonly accessToken: string; readonly scopes: readonly string[] }[];
  getSessions(scopes: readonly string[]): Promise<Accounts['sessions']>;
  createSession(scopes: readonly string[]): Promise<Accounts['sessions'][number]>;
  removeSession(id: string): Promise<void>;
}

async function accountsOfCompanion(): Promise<Accounts> {
  const companion = extensions.getExtension<{ accounts: Accounts }>('keyturn.test-companion');
  assert.ok(companion, 'The companion is not loaded.');
  return (await companion.activate()).accounts;
}

/**
 * Stands between Keyturn and the editor's dialog about signing in, which refuses to show while tests run: a fake of
 * what cannot be had. The provider, its sessions and the event of their change are real.
 */
function answerSignIn(accounts: Accounts, wanted = 'keyturn-test'): AuthenticationGetSessionOptions[] {
  const asked: AuthenticationGetSessionOptions[] = [];
  const target = authentication as unknown as Record<'getSession', unknown>;
  target.getSession = async (
    provider: string,
    scopes: readonly string[],
    options: AuthenticationGetSessionOptions,
  ) => {
    assert.equal(provider, wanted);
    asked.push(options);
    const [session] = await accounts.getSessions(scopes);
    if (session !== undefined && options.forceNewSession === undefined) return session;
    return options.silent === true ? undefined : accounts.createSession(scopes);
  };
  return asked;
}

/** Sends a request with this profile; `answer` chooses a button of the question. Gives what was asked. */
async function sendWith(
  folder: string,
  profile: object,
  answer: (message: ShownMessage) => string | undefined,
) {
  const document = await openRequest(
    folder,
    { [folder]: { origins: [recorder.origin], ...profile } },
    { token: folder, url: `${recorder.origin}/` },
  );
  await eventually(`${folder} in the tree`, () => tap.entry(folder));
  tap.messages.length = 0;
  tap.messageAnswer = answer;
  await send(document, 1);
  tap.messageAnswer = () => undefined;
  return { document, asked: tap.messages.filter(({ modal }) => modal) };
}

const always = ({ modal, actions }: ShownMessage) => (modal ? actions.at(-1) : undefined);
const once = ({ modal, actions }: ShownMessage) => (modal ? actions[0] : undefined);

test('begins', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  recorder = await startRecorder(3600);
});

/** A program that prints a token, and another one each time: a fake of a signed-in `gh`. */
async function printer(name: string): Promise<string[]> {
  const script = fileUri(name).fsPath;
  await writeFile(
    script,
    `const { appendFileSync, readFileSync } = require('node:fs');
appendFileSync('runs', 'x');
console.log('command-token-' + readFileSync('runs', 'utf8').length);\n`,
  );
  return ['node', script];
}

test('runs a command after the person allowed exactly this line, and stores nothing of it', async () => {
  const secrets = await tapSecrets();
  const command = await printer('print.cjs');
  const refused = await sendWith('byCommand', { grant: 'command', command }, () => undefined);
  assert.equal(recorder.requests.length, 0);
  const [question] = refused.asked;
  assert.ok(question, 'It did not ask.');
  assert.match(question.text, /Run this command for the token "byCommand"\?/);
  assert.ok(question.detail.startsWith(`node ${command[1] ?? ''}\n`), question.detail);
  assert.ok(question.detail.includes(recorder.origin));
  assert.match(await hoverText(refused.document, 1), /haven't allowed/);

  const allowed = await sendWith('byCommand', { grant: 'command', command }, always);
  assert.equal(allowed.asked.length, 1);
  assert.deepEqual(recorder.requests, ['Bearer command-token-1']);
  await send(allowed.document, 1);
  assert.deepEqual(recorder.requests.slice(1), ['Bearer command-token-1']);

  // Agreed to for good, so it is not asked again; another line is.
  tap.messages.length = 0;
  tap.pickAnswers.push('byCommand');
  await commands.executeCommand('keyturn.tokens.refresh');
  assert.deepEqual(tap.messages, []);
  await send(allowed.document, 1);
  assert.equal(recorder.requests.at(-1), 'Bearer command-token-2');
  const other = await sendWith('other', { grant: 'command', command: [...command, 'more'] }, () => undefined);
  assert.equal(other.asked.length, 1);
  assert.ok([...secrets.written.keys()].every((key) => !key.startsWith('token:byCommand')));
  secrets.restore();
});

test('lets go of a token that is deleted, and gets it again when it is used', async () => {
  const command = await printer('again.cjs');
  const { document } = await sendWith('deleted', { grant: 'command', command }, always);
  tap.messageAnswer = ({ actions }) => actions[0];
  tap.pickAnswers.push('deleted');
  await commands.executeCommand('keyturn.tokens.delete');
  tap.messageAnswer = () => undefined;
  await eventually('the token gone', async () =>
    (await tap.entry('deleted'))?.contextValue.includes('empty'),
  );
  const before = recorder.requests.at(-1);
  await send(document, 1);
  assert.notEqual(recorder.requests.at(-1), before);
});

test('takes a variable of the environment', async () => {
  const { asked } = await sendWith(
    'variable',
    { grant: 'environment', variable: 'KEYTURN_TEST_VARIABLE' },
    once,
  );
  assert.deepEqual(asked, []);
  assert.equal(recorder.requests.at(-1), 'Bearer from-the-environment');
});

test('uses an account of the editor, and asks it again when it changes', async () => {
  const accounts = await accountsOfCompanion();
  const asked = answerSignIn(accounts);
  const profile = { grant: 'editor_account', provider: 'keyturn-test', scope: 'read write' };
  const { document, asked: questions } = await sendWith('account', profile, always);
  assert.match(questions[0]?.text ?? '', /Use your "keyturn-test" account for the token "account"\?/);
  assert.equal(recorder.requests.at(-1), 'Bearer account-token-1');
  assert.deepEqual(asked, [{ createIfNone: true }]);
  assert.deepEqual(accounts.sessions[0]?.scopes, ['read', 'write']);

  // The sign-in was a change of the accounts itself, after which it may have asked once more.
  await send(document, 1);
  const before = asked.length;
  await send(document, 1);
  assert.equal(asked.length, before, 'It asked though it holds the token.');
  await accounts.removeSession('1');
  await eventually('the token gone', async () =>
    (await tap.entry('account'))?.contextValue.includes('empty'),
  );
  await send(document, 1);
  assert.equal(asked.length, before + 1);
  assert.match(recorder.requests.at(-1) ?? '', /^Bearer account-token-/);
});

test("uses the editor's Microsoft account for a file that names no application", async () => {
  const accounts = await accountsOfCompanion();
  const asked = answerSignIn(accounts, 'microsoft');
  const uri = fileUri('microsoft.http');
  const text = `GET ${recorder.origin}/\nAuthorization: {{$aadToken contoso.com}}\n`;
  await workspace.fs.writeFile(uri, Buffer.from(text));
  const document = await open(uri);
  tap.messages.length = 0;
  tap.messageAnswer = always;
  await send(document, 0);
  tap.messageAnswer = () => undefined;
  const questions = tap.messages.filter(({ modal }) => modal).map((message) => message.text);
  assert.match(questions.join('\n'), /Use your "microsoft" account for the token "aadToken"\?/);
  assert.deepEqual(asked, [{ createIfNone: true }]);
  assert.deepEqual(accounts.sessions.at(-1)?.scopes, [
    `${recorder.origin}/.default`,
    'VSCODE_TENANT:contoso.com',
  ]);
  assert.equal(recorder.requests.at(-1), `Bearer ${accounts.sessions.at(-1)?.accessToken ?? ''}`);
});

test('says what the keychain says', async () => {
  // On a machine of tests there may be none, or one without this entry: both are told, and nothing is sent.
  const before = recorder.requests.length;
  const profile = { grant: 'keychain', keychainService: 'keyturn-test-nothing', keychainAccount: 'nobody' };
  const { document, asked } = await sendWith('entry', profile, once);
  assert.match(asked[0]?.text ?? '', /Read this entry of the keychain for the token "entry"\?/);
  assert.equal(recorder.requests.length, before);
  assert.match(await hoverText(document, 1), /keychain/i);
}, 40_000);

test('ends', () => recorder.stop());

export const run = runAll;
