import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startKeyring } from '../editor/launcher/keyring.mjs';
import { canaryValue, findSecrets } from './forms.ts';
import { startLeakyIssuer } from './issuer.ts';
import { type Finding, scanFolder, scanOutput } from './scan.ts';
import { commandToScan } from './unmaskedBuild.ts';

// First steps with an API in a terminal: completion, `keyturn init`, and Sign In to This API, at an issuer that gives all
// that it gets back. What the command prints and writes, and the page in the browser, hold no secret.

/** The same with a build that masks nothing shows what would be found: see unmaskedFirstSteps.spec.ts. */
const isMasked = process.env['CANARY_UNMASKED'] === undefined;

/** Written into files by hand. */
const byHand = canaryValue('byHand');

let folder: string;
let issuer: Awaited<ReturnType<typeof startLeakyIssuer>>;
let keyring: Awaited<ReturnType<typeof startKeyring>>;
let command: Awaited<ReturnType<typeof commandToScan>>;
const findings: Finding[] = [];

beforeAll(async () => {
  command = await commandToScan(isMasked);
  [issuer, keyring] = await Promise.all([startLeakyIssuer(), startKeyring()]);
  folder = await mkdtemp(join(tmpdir(), 'keyturn-canary-'));
  await Promise.all(['home', 'tmp', 'hand', 'init', 'login'].map((name) => mkdir(join(folder, name))));
  const url = `${issuer.origin.replace('://', `://zoe:${byHand}@`)}/api/echo?api_key=${byHand}`;
  const requests = [
    `### GET ${url}\nGET ${url}`,
    `### two\n# @name two?token=${byHand}\nGET ${url}`,
    '### three\nGET /',
  ];
  const environments = { development: { password: byHand }, production: { password: byHand } };
  const pasted = { grant: 'static', origins: [issuer.origin] };
  const tokens = { pasted, broken: { ...pasted, origins: [url], clientSecret: byHand } };
  await writeFile(join(folder, 'hand/hand.http'), requests.join('\n\n'));
  await writeFile(join(folder, 'hand/http-client.env.json'), JSON.stringify(environments));
  await writeFile(join(folder, 'hand/keyturn.json'), JSON.stringify({ tokens }));
});

afterAll(async () => {
  issuer.stop();
  await keyring?.stop();
  await command.remove();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const secrets = (): Record<string, string> => ({ 'by hand': byHand, ...issuer.secrets });

/** Runs the command in a folder; follows the address that it sends a browser to. What it prints is looked through. */
async function keyturn(place: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [command.cli, ...args], {
    cwd: join(folder, place),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: join(folder, 'home'),
      TMPDIR: join(folder, 'tmp'),
      XDG_STATE_HOME: join(folder, 'home/state'),
      // Without a keychain of the tests, that of the person who runs this stays closed.
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
      KEYTURN_DEBUG: '1',
      ...keyring?.env,
    },
  });
  child.stdin.end();
  let said = '';
  const opened: { readonly address: string; readonly page: Promise<string> }[] = [];
  child.stderr.on('data', (chunk: Buffer | string) => {
    said += chunk.toString();
    const found = /^ {2}(http\S+)$/m.exec(said)?.[1];
    if (found === undefined || opened.length > 0) return;
    opened.push({ address: found, page: fetch(found).then((response) => response.text()) });
  });
  const where = `keyturn ${args.join(' ')}`;
  const { code, text } = await scanOutput(child, where, {});
  // The state is in the address that the person opens, and nowhere else.
  const seen = [opened.reduce((rest, { address }) => rest.replace(address, ''), text)];
  for (const { page } of opened) seen.push(await page);
  for (const secret of findSecrets(seen.join('\n'), secrets())) findings.push({ secret, where });
  return { code, text };
}

test('completion, in a folder with secrets in its files', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    expect((await keyturn('hand', 'completion', shell)).text).toContain('completion suggest');
    const offered = async (...words: string[]) =>
      (await keyturn('hand', 'completion', 'suggest', '--shell', shell, '--', ...words)).text;
    expect(await offered('run', '')).toContain('request-files');
    expect(await offered('run', 'hand.http', '--name', '')).toContain('three');
    expect(await offered('run', 'hand.http', '--env', '')).toContain('production');
    expect(await offered('run', 'hand.http', '--token', '')).toContain('pasted');
    expect(await offered('token', 'show', '')).toContain('pasted');
  }
  if (isMasked) expect(findings).toEqual([]);
});

test('init', async () => {
  const start = ['init', '--token', 'fresh', '--grant', 'client_credentials', '--client-id', 'me'];
  const withPassword = `https://zoe:${byHand}@api.example.com`;
  expect(await keyturn('init', ...start, '--api', withPassword, '--issuer', issuer.origin)).toMatchObject({
    code: 2,
  });
  expect(await keyturn('init', ...start, '--api', issuer.origin, '--issuer', withPassword)).toMatchObject({
    code: 2,
  });
  const answers = ['--api', issuer.origin, '--issuer', issuer.origin];
  expect(await keyturn('init', ...start, ...answers)).toMatchObject({ code: 0 });
  expect(await keyturn('init', ...start, ...answers)).toMatchObject({ code: 2 });
  if (isMasked) expect(findings).toEqual([]);
});

/** Sign In to This API, without a question. */
function login(name: string, ...options: string[]) {
  const answers = ['--allow-issuer', issuer.origin, '--scope', 'read', '--name', name];
  const place = ['--file', 'keyturn.json', '--no-browser'];
  const api = `${issuer.origin}/bare/${name}`;
  return keyturn('login', 'token', 'login', '--api', api, ...answers, ...place, ...options);
}

test('login --api', async ({ skip }) => {
  if (keyring === null) skip('There is no keychain for tests here.');
  const { code, text } = await login('first');
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringContaining('Added the profile first') as string,
  });
  const made = Object.keys(issuer.secrets).map((name) => name.replace(/ \d.*$/, ''));
  expect(made).toEqual(
    expect.arrayContaining(['client_secret', 'code', 'code_verifier', 'access', 'refresh']),
  );
  if (isMasked) expect(findings).toEqual([]);
});

test('login --api, where the server quotes all that it got in its refusals', async ({ skip }) => {
  if (keyring === null) skip('There is no keychain for tests here.');
  const own = ['--client-id', 'person', '--client-authentication', 'none'];
  issuer.refuse('tokens');
  for (const options of [[], own]) {
    issuer.nextRefusal();
    const { code, text } = await login('second', ...options);
    expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('refused_') as string });
  }
  issuer.refuse('everything');
  const { code, text } = await login('third', ...own);
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('refused_') as string });
  if (isMasked) expect(findings).toEqual([]);
});

test('nothing is left but the files that held one', async () => {
  const left = await scanFolder(folder, secrets());
  expect(left.filter(({ where }) => !where.startsWith(join(folder, 'hand')))).toEqual([]);
  if (isMasked || keyring === null) return;
  const kinds = new Set(findings.map(({ secret }) => secret.replace(/ \d+(?:, its end)?$/, '')));
  expect([...kinds]).toEqual(expect.arrayContaining(['client_secret', 'code', 'code_verifier', 'state']));
});
