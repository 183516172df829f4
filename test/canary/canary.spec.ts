/// <reference lib="dom" />
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EditorPage, eventually } from '../ui/editorPage.ts';
import { canaryValue, findSecrets } from './forms.ts';
import { browserStorage, type Finding, scanFolder, scanPage } from './scan.ts';
import { startLeakyServer } from './server.ts';

// Tokens and a client secret of known values are used in every way against a server that gives them back. Then they
// are looked for everywhere: on the page at each step, and at the end in all that the editor wrote. Only the secret
// storage may hold them.

const pasted = canaryValue('pasted');
const inPlainText = canaryValue('plain1');
const inDotEnv = canaryValue('dotenv');
const clientSecret = canaryValue('client');
const refreshToken = canaryValue('refresh');
const accessTokens = Array.from({ length: 40 }, (_, index) => canaryValue(`access${index}`));
const secrets: Readonly<Record<string, string>> = {
  pasted,
  inPlainText,
  inDotEnv,
  clientSecret,
  refreshToken,
  ...Object.fromEntries(accessTokens.map((token, index) => [`accessToken${index}`, token])),
};

/** The editor's secret storage in a browser. */
const secretStorage = 'localStorage secrets.provider';

const requests = ['echo', 'text', 'unauthorized', 'redirect', 'broken'] as const;
const profiles = ['pasted', 'machine'] as const;

/** The one file that holds a secret to the end. */
const dotEnv = () => join(workspace, '.env');

/** Requests of which something is marked, asked or refused, each with a secret in it. */
const marked = (origin: string) => `# @note Use {{$dotenv API_KEY}}
# @tokn {{$dotenv API_KEY}}
GET ${origin}/text
?? header x-api-key == {{$dotenv API_KEY}}
Authorization: Bearer {{$dotenv API_KEY}}

###
GET ${origin}/ntlm
Authorization: NTLM zoe {{$dotenv API_KEY}}

###
GET http://{{$dotenv API_KEY}}.example/host

###
GTE ${origin}/slip
X-Api-Key: {{$dotenv API_KEY}}

###
GET ${origin}/missing
X-Api-Key: {{$dotenv API_KEY}}{{$dotenv API_KEYY}}
`;

let folder: string;
let workspace: string;
let server: Awaited<ReturnType<typeof startLeakyServer>>;
let editor: EditorPage;
const findings: Finding[] = [];
const cleanups: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  server = await startLeakyServer({ accessTokens, refreshToken });
  cleanups.push(() => server.stop());
  folder = await mkdtemp(join(tmpdir(), 'keyturn-canary-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  workspace = join(folder, 'workspace');
  await Promise.all([mkdir(workspace), mkdir(join(folder, 'tmp'))]);
  await writeFile(
    join(workspace, 'keyturn.json'),
    JSON.stringify({
      tokens: {
        pasted: { grant: 'static', origins: [server.origin] },
        machine: {
          grant: 'client_credentials',
          tokenEndpoint: `${server.origin}/token`,
          clientId: 'machine',
          origins: [server.origin],
        },
      },
    }),
  );
  for (const profile of profiles) {
    const blocks = requests.map((path) => `# @token ${profile}\nGET ${server.origin}/${path}\n`);
    await writeFile(join(workspace, `${profile}.http`), blocks.join('\n###\n'));
  }
  await writeFile(
    join(workspace, 'plain.http'),
    `GET ${server.origin}/echo\nAuthorization: Bearer ${inPlainText}\n`,
  );
  await writeFile(dotEnv(), `API_KEY=${inDotEnv}\n`);
  await writeFile(join(workspace, 'marks.http'), marked(server.origin));
  editor = await EditorPage.open({
    workspace,
    file: 'pasted.http',
    // Whatever goes to a temporary file is looked through as well.
    env: { TMPDIR: join(folder, 'tmp') },
  });
  cleanups.push(() => editor.close());
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function look(when: string): Promise<void> {
  findings.push(...(await scanPage(editor.page, when, secrets)));
}

/** Sends the request to a path and waits for what its line says of it. */
async function send(path: string): Promise<string> {
  const arrived = server.seen.length;
  await editor.clickLens(/^Send$/, editor.line(new RegExp(`/${path}$`)));
  await eventually(`the request to ${path}`, () => Promise.resolve(server.seen.length > arrived));
  return editor.inlineTextAt(editor.line(new RegExp(`/${path}`)), /[✓!✗]/);
}

test('the search finds what it looks for', async () => {
  const planted = join(folder, 'tmp', 'planted');
  for (const text of [
    `a ${pasted} b`,
    Buffer.from(`user:${pasted}`).toString('base64'),
    Buffer.from(`{"t":"${pasted}"}`).toString('base64url'),
    Buffer.from(pasted).toString('hex'),
    `?t=${encodeURIComponent(pasted)}&`,
  ]) {
    await writeFile(planted, text);
    expect(await scanFolder(join(folder, 'tmp'), secrets)).toEqual([{ secret: 'pasted', where: planted }]);
  }
  await rm(planted);
  // One file holds one until it is taken out, and another keeps one.
  const sources = await scanFolder(folder, secrets);
  expect(sources).toHaveLength(2);
  expect(sources).toContainEqual({ secret: 'inPlainText', where: join(workspace, 'plain.http') });
  expect(sources).toContainEqual({ secret: 'inDotEnv', where: dotEnv() });
});

test('a token is pasted', async () => {
  await editor.runCommand('Keyturn: Add Token');
  await editor.pick('pasted');
  const asked = await editor.answer(pasted);
  expect(asked.masked).toBe(true);
  await look('after the token was pasted');
});

test.each(requests)('the pasted token is used: %s', async (path) => {
  await send(path);
  expect(server.seen.some((line) => line.includes(pasted))).toBe(true);
  await look(`pasted, ${path}`);
});

test('a token is fetched with a client secret', async () => {
  await editor.openFile('machine.http');
  await editor.clickLens(/^Send$/, editor.line(/\/echo$/));
  const asked = await editor.answer(clientSecret);
  expect(asked.masked).toBe(true);
  await editor.inlineTextAt(editor.line(/\/echo$/), /200/);
  await look('after the client secret');
});

test.each(requests)('the fetched token is refreshed and used: %s', async (path) => {
  await send(path);
  await look(`machine, ${path}`);
});

test('what stands above a refused request, and its response opened again', async () => {
  await editor.line(/\/unauthorized$/).click();
  await editor.runCommand('Keyturn: Show Next Step for Refused Request');
  await look('what helps after a refusal');
  await editor.runCommand('Keyturn: Open Response of Request');
  await editor.lens('Send Again').waitFor();
  await look('a response that was opened again');
});

test('a token moves out of the file that held it', async () => {
  await editor.openFile('plain.http');
  await editor.line(/^Authorization/).click();
  await editor.runCommand('Keyturn: Move Secret to Secret Storage');
  await editor.answer('moved');
  await editor.line(/\{\{\$token.moved\}\}/).waitFor();
  await look('after the token moved');
  await send('echo');
  expect(server.seen.at(-1)).toContain(`Bearer ${inPlainText}`);
  await look('answer to the token that moved');
});

test('marks, a note and tests that are not run show none of them', async () => {
  await editor.openFile('marks.http');
  await editor.runCommand('Problems: Focus on Problems View');
  await editor.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'GTE' }).first().waitFor();
  await look('the problems of a file');
  // They lie over the end of the file.
  await editor.page.keyboard.press('Control+j');
  await editor.page.locator('.markers-panel').waitFor({ state: 'hidden' });
  await editor.clickLens(/^Send$/, editor.line(/\/text$/));
  const dialog = editor.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  await look('the question of a note');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await editor.inlineTextAt(editor.line(/\/text/), /200/);
  await editor.lens(/not run/).waitFor();
  expect(server.seen.at(-1)).toContain(`Bearer ${inDotEnv}`);
  await look('a result with tests that were not run');
  await editor.hoverEnd(editor.line(/\/text/));
  await look('hover over tests that were not run');
  await editor.page.mouse.move(700, 600);
});

test.each([
  ['ntlm', /NTLM/],
  ['host', /host/],
  ['slip', /GTE/],
  ['missing', /API_KEYY/],
])('a request that is refused shows none of them: %s', async (path, reason) => {
  await editor.clickLens(/^Send$/, editor.line(new RegExp(`/${path}$`)));
  await editor.inlineTextAt(editor.line(new RegExp(`/${path}`)), reason);
  await look(`refused: ${path}`);
});

test('the server really got the secrets', () => {
  const seen = server.seen.join('\n');
  expect(seen).toContain(pasted);
  expect(accessTokens.filter((token) => seen.includes(token)).length).toBeGreaterThan(1);
  expect(findSecrets(seen, { clientSecret })).toEqual(['clientSecret']);
});

/** Copies every line below a token with the keyboard, but no token: that copies what it should. */
async function copyLines(name: string): Promise<void> {
  await editor.page.keyboard.press('ArrowDown');
  for (let line = 0; line < 20; line++) {
    const text = (await editor.focusedTreeItem()) ?? '';
    if ([...profiles, 'moved'].some((token) => text.startsWith(token))) break;
    await editor.page.keyboard.press('Control+c');
    await editor.page.keyboard.press('ArrowDown');
    const copied = await editor.page.evaluate(() => navigator.clipboard.readText());
    for (const secret of findSecrets(copied, secrets))
      findings.push({ secret, where: `copied from ${name}` });
  }
}

test('tree, tooltips, hovers and claims show none of them', async () => {
  await editor.openFile('plain.http');
  await editor.page.getByRole('tab', { name: 'Keyturn' }).first().click();
  for (const name of profiles) {
    const item = editor.treeItem(new RegExp(`^${name}`));
    await item.click();
    await editor.page.keyboard.press('ArrowRight');
    // The click left the mouse there, and only a move shows the tooltip.
    await editor.page.mouse.move(700, 600);
    await item.hover();
    await editor.page.locator('.monaco-hover:visible').first().waitFor();
    await look(`tooltip of ${name}`);
  }
  for (const name of profiles) {
    await editor.treeItem(new RegExp(`^${name}`)).click();
    await editor.page.keyboard.press('ArrowRight');
    await copyLines(name);
  }
  await editor.hoverEnd(editor.line(/\/echo$/));
  await look('hover over the result');
  await editor.runCommand('Keyturn: Show Token Details');
  await editor.pick('machine');
  await look('claims');
});

test('messages about what fails, and the log, show none of them', async () => {
  // The issuer gives no more tokens, and its error quotes all that it was sent.
  server.refuse();
  await editor.runCommand('Keyturn: Refresh Token');
  await editor.pick('machine');
  await editor.page.locator('.notification-toast').filter({ hasText: 'refresh' }).first().waitFor();
  await look('the message about a refresh that failed');
  await editor.runCommand('Output: Show Output Channels');
  await editor.pick('Keyturn');
  await eventually('the log', async () =>
    (await editor.page.locator('.part.panel .view-lines').innerText()).includes('invalid_grant'),
  );
  await look('the log');
});

test('nothing but the secret storage holds them', async () => {
  const storage = await browserStorage(editor.page);
  for (const [place, content] of storage) {
    if (place === secretStorage) continue;
    for (const secret of findSecrets(content, secrets)) findings.push({ secret, where: place });
  }
  findings.push(...(await scanFolder(folder, secrets)), ...(await scanFolder(editor.dataFolder, secrets)));
  expect(findings).toEqual([{ secret: 'inDotEnv', where: dotEnv() }]);
  expect(storage.get(secretStorage)?.length).toBeGreaterThan(pasted.length);
  // Even there they do not stand as they are: it is encrypted with a key that the server keeps half of.
  expect(findSecrets(storage.get(secretStorage) ?? '', secrets)).toEqual([]);
});
