import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EditorPage, eventually } from '../ui/editorPage.ts';
import { canaryValue, findSecrets, writtenForms } from './forms.ts';
import { startLeakyIssuer } from './issuer.ts';
import { browserStorage, type Finding, scanFolder, scanPage } from './scan.ts';
import { buildUnmasked } from './unmaskedBuild.ts';

// Every way to get a token that an editor has, with secrets of known values and with those that Keyturn makes itself,
// against an issuer and an API that give all of it back. Then verification, end, export and record of the tokens.

/** The editor's secret storage in a browser. */
const secretStorage = 'localStorage secrets.provider';

/** The same steps with a build that masks nothing show what would be found: see unmaskedGrants.spec.ts. */
const isMasked = process.env['CANARY_UNMASKED'] === undefined;

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const password = canaryValue('password');
const passphrase = canaryValue('passphrase');
const printed = canaryValue('printed');
const complained = canaryValue('complained1');
const variable = canaryValue('variable');
const inFile = canaryValue('inFile');
const inHeader = canaryValue('inHeader');

const given: Readonly<Record<string, string>> = {
  pem,
  ...Object.fromEntries(
    pem
      .split('\n')
      .filter((line) => line.length > 40)
      .map((line, index) => [`pem line ${index}`, line]),
  ),
  jwk: JSON.stringify(jwk),
  'jwk member': jwk.d ?? '',
  password,
  passphrase,
  printed,
  complained,
  variable,
  inFile,
  inHeader,
};

let folder: string;
let workspace: string;
let issuer: Awaited<ReturnType<typeof startLeakyIssuer>>;
let editor: EditorPage;
const findings: Finding[] = [];
const cleanups: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  issuer = await startLeakyIssuer();
  cleanups.push(() => issuer.stop());
  folder = await mkdtemp(join(tmpdir(), 'keyturn-canary-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  workspace = join(folder, 'workspace');
  await Promise.all(['workspace', 'tmp', 'keys', 'exports'].map((name) => mkdir(join(folder, name))));
  await writeFile(join(folder, 'keys/key.pem'), pem);
  await writeFile(join(folder, 'keys/tool.mjs'), tool);
  await writeWorkspace();
  if (!isMasked) await buildUnmasked(join(folder, 'keyturn'), 'extension');
  editor = await EditorPage.open({
    workspace,
    file: 'person.http',
    ...(isMasked ? {} : { keyturn: join(folder, 'keyturn') }),
    settings: { 'keyturn.signIn.redirect': 'loopback' },
    env: {
      // Whatever goes to a temporary file is looked through as well.
      TMPDIR: join(folder, 'tmp'),
      CANARY_PRINTED: printed,
      CANARY_COMPLAINED: complained,
      CANARY_VARIABLE: variable,
    },
  });
  cleanups.push(() => editor.close());
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const tool = `if (process.argv[2] === 'token') console.log(process.env.CANARY_PRINTED);
else {
  console.error('refused: ' + process.env.CANARY_COMPLAINED);
  process.exitCode = 1;
}
`;

async function writeWorkspace(): Promise<void> {
  const { origin } = issuer;
  const own = { origins: [origin] };
  const server = { ...own, issuer: origin };
  const command = (word: string) => [process.execPath, join(folder, 'keys/tool.mjs'), word];
  const tokens = {
    person: {
      ...server,
      grant: 'authorization_code',
      clientId: 'person',
      redirectUri: 'loopback',
      scope: 'openid read',
    },
    screen: { ...server, grant: 'device_code', clientId: 'screen', scope: 'read' },
    named: { ...server, grant: 'password', clientId: 'named', username: 'ada' },
    asserted: { ...server, grant: 'jwt_bearer', clientId: 'asserted', algorithm: 'ES256' },
    signed: {
      ...server,
      grant: 'client_credentials',
      clientId: 'signed',
      clientAuthentication: 'private_key_jwt',
      keyFile: join(folder, 'keys/key.pem'),
    },
    bound: {
      ...server,
      grant: 'client_credentials',
      clientId: 'bound',
      clientAuthentication: 'none',
      dpop: true,
    },
    exchanged: {
      ...server,
      grant: 'token_exchange',
      clientId: 'exchanged',
      clientAuthentication: 'none',
      subjectToken: 'person',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:id_token',
    },
    homemade: { ...own, grant: 'self_signed', algorithm: 'ES256', claims: { sub: 'ada' } },
    printed: { ...own, grant: 'command', command: command('token') },
    complaining: { ...own, grant: 'command', command: command('fail') },
    fromOutside: { ...own, grant: 'environment', variable: 'CANARY_VARIABLE' },
  };
  await writeFile(join(workspace, 'keyturn.json'), JSON.stringify({ tokens }));
  for (const name of Object.keys(tokens)) {
    await writeFile(join(workspace, `${name}.http`), `# @token ${name}\nGET ${origin}/api/echo\n`);
  }
  const entry = {
    Type: 'OAuth2',
    'Grant Type': 'Client Credentials',
    'Token URL': `${origin}/token`,
    'Client ID': 'foreign',
    'Client Secret': inFile,
  };
  await writeFile(
    join(workspace, 'http-client.env.json'),
    JSON.stringify({
      $shared: {
        oauth2_tokenEndpoint: `${origin}/token`,
        oauth2_clientId: 'foreign2',
        oauth2_clientSecret: inHeader,
        Security: { Auth: { foreign: entry } },
      },
    }),
  );
  for (const name of ['bare', 'again']) {
    await writeFile(join(workspace, `${name}.http`), `GET ${origin}/bare/${name}\n`);
  }
  await writeFile(
    join(workspace, 'entry.http'),
    `GET ${origin}/api/echo\nAuthorization: Bearer {{$auth.token("foreign")}}\n`,
  );
  await writeFile(
    join(workspace, 'flow.http'),
    `GET ${origin}/api/echo\nAuthorization: oauth2 client_credentials\nX-Shown: {{oauth2_clientId}}\n# {{oauth2_clientSecret}}\n`,
  );
}

const secrets = (): Record<string, string> => ({ ...given, ...issuer.secrets });

async function look(when: string, page = editor.page): Promise<void> {
  findings.push(...(await scanPage(page, when, secrets())));
}

const requestLine = () => editor.line(/\/api\/echo$/);
const modal = () => editor.page.locator('.monaco-dialog-box');

function notification(text: string | RegExp) {
  return editor.page.locator('.notification-toast').filter({ hasText: text }).first();
}

async function answerModal(button: string): Promise<void> {
  await modal().waitFor();
  await look(`dialog with ${button}`);
  await modal().getByRole('button', { name: button }).click();
}

/** The page that the editor opens. */
async function openedBy(act: () => Promise<unknown>): Promise<Page> {
  const [opened] = await Promise.all([editor.page.waitForEvent('popup'), act()]);
  opened.setDefaultTimeout(20_000);
  await opened.waitForLoadState();
  return opened;
}

async function send(name: string): Promise<void> {
  if (name !== 'person') await editor.openFile(`${name}.http`);
  await editor.clickLens(/^Send$/, requestLine());
}

async function arrived(name: string): Promise<void> {
  await editor.inlineTextAt(requestLine(), /200/);
  await look(`answer to ${name}`);
}

async function run(command: string, token?: string): Promise<void> {
  await editor.page.keyboard.press('Escape');
  await editor.runCommand(`Keyturn: ${command}`);
  if (token === undefined) return;
  // Notifications lie over the end of a long list.
  const question = editor.page.locator('.quick-input-widget:visible');
  await question.locator('.monaco-list-row').filter({ hasText: token }).first().waitFor();
  await question.locator('input.input').fill(token);
  await editor.pick(token);
}

/** What the editor says when the issuer refuses what comes next. */
async function refused(act: () => Promise<unknown>, when: string): Promise<void> {
  const word = issuer.nextRefusal();
  await act();
  await notification(word).waitFor();
  await look(when);
}

/** Rests the mouse there until the editor shows what it has to say. */
async function hover(target: Locator): Promise<void> {
  const shown = editor.page.locator('.monaco-hover:visible').first();
  await eventually('a hover', async () => {
    await editor.page.mouse.move(700, 600);
    await target.hover();
    return shown.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
  });
}

/** Names a file that the editor asks for; returns what is in it then. */
async function chooseFile(path: string): Promise<string> {
  const input = editor.page.locator('.quick-input-widget:visible input.input');
  await eventually('the question for a file', async () => (await input.inputValue()).startsWith('/'));
  await eventually('the file to be taken', async () => {
    // It proposes another one while it looks at the folder.
    await input.fill(path, { timeout: 1_000 }).catch(() => undefined);
    await editor.page.waitForTimeout(500);
    if ((await input.inputValue({ timeout: 1_000 }).catch(() => '')) !== path) return false;
    await editor.page.keyboard.press('Enter');
    await editor.page.waitForTimeout(500);
    return (await input.inputValue({ timeout: 1_000 }).catch(() => '')) !== path;
  });
  return eventually('the file', () => readFile(path, 'utf8').catch(() => null));
}

test('the search finds each of them', async () => {
  const planted = join(folder, 'tmp/planted');
  for (const [name, secret] of Object.entries(given)) {
    for (const text of writtenForms(secret)) {
      await writeFile(planted, `before ${text} after`);
      const found = await scanFolder(join(folder, 'tmp'), { [name]: secret });
      expect({ text, found }).toEqual({ text, found: [{ secret: name, where: planted }] });
    }
  }
  await rm(planted);
});

test('a person signs in with a code', async () => {
  const page = await openedBy(() => send('person'));
  await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
  await look('page after the sign-in', page);
  expect(findSecrets(page.url(), secrets())).toEqual([]);
  await page.close();
  await arrived('person');
});

test('a person signs in with a device', async () => {
  await send('screen');
  const page = await openedBy(() =>
    notification('Enter the code').getByText('Copy Code and Open Page').click(),
  );
  await look('waiting for the device');
  await page.close();
  await arrived('screen');
});

test.each([
  ['named', password],
  ['asserted', JSON.stringify(jwk)],
  ['homemade', JSON.stringify(jwk)],
])('%s asks for its secret', async (name, secret) => {
  await send(name);
  expect((await editor.answer(secret)).masked).toBe(true);
  await arrived(name);
});

test('a key comes from a file', async () => {
  await send('signed');
  await answerModal('Always Allow');
  await arrived('signed');
});

test.each(['bound', 'exchanged', 'fromOutside'])('%s asks for nothing', async (name) => {
  await send(name);
  await arrived(name);
});

test('a command prints a token', async () => {
  await send('printed');
  await answerModal('Run Once');
  await arrived('printed');
});

test('a command fails', async () => {
  await send('complaining');
  await answerModal('Run Once');
  await editor.inlineTextAt(requestLine(), /ended with code 1/);
  await look('a command that fails');
});

test.each(['entry', 'flow'])('a file of another tool: %s', async (name) => {
  await editor.openFile(`${name}.http`);
  if (name === 'flow') {
    // Before it was used, when nothing else has made it known.
    await hover(editor.line(/oauth2_clientSecret/).getByText('oauth2_clientSecret'));
    await look('hover over a variable that is a secret');
  }
  await editor.clickLens(/^Send$/, requestLine());
  await answerModal('Send Once');
  await arrived(name);
});

/** From a 401 to where the browser opens, or to where the server refuses. */
async function signInToApi(name: string): Promise<void> {
  await editor.openFile(`${name}.http`);
  await editor.clickLens(/^Send$/, bareLine());
  await notification('requires a token').getByRole('button', { name: 'Sign In to This API' }).click();
  await answerModal('Sign In');
  await editor.answer(name);
}

const bareLine = () => editor.line(/\/bare\//);

test('a person signs in to an API that makes a client for Keyturn', async () => {
  const page = await openedBy(() => signInToApi('bare'));
  await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
  await page.close();
  await editor.inlineTextAt(bareLine(), /200/);
  await look('answer of the API');
  expect(await readFile(join(workspace, 'keyturn.json'), 'utf8')).toContain('"registered"');
});

test('the server really got them', () => {
  const seen = issuer.seen.join('\n');
  const names = Object.keys(issuer.secrets).map((name) => name.split(' ')[0]);
  const expected = ['access', 'refresh', 'idToken', 'code', 'code_verifier', 'state', 'device_code'];
  expect(names).toEqual(expect.arrayContaining(['client_secret', 'registration_access_token']));
  expect(names).toEqual(expect.arrayContaining([...expected, 'client_assertion', 'assertion', 'sent']));
  const sent = { password, printed, variable, inFile, inHeader };
  expect(findSecrets(seen, sent)).toEqual(Object.keys(sent));
});

test('introspection that gives the token back', async () => {
  await run('Introspect Token', 'person');
  const told = notification('is active');
  await told.waitFor();
  await look('told of the introspection');
  await told.getByRole('button', { name: 'Show Details' }).click();
  await editor.tab('person.details.json').waitFor();
  await look('details after the introspection');
});

test('signatures', async () => {
  await run('Verify Token Signature', 'homemade');
  await notification('"homemade" is').waitFor();
  await look('told of the signature');
});

test('the tree with all that is known', async () => {
  await editor.page.getByRole('tab', { name: 'Keyturn' }).first().click();
  await editor.treeItem(/^person/).click();
  await editor.page.keyboard.press('ArrowRight');
  for (const name of [/^Introspection/, /^Claims/, /^aud/]) {
    const item = editor.treeItem(name);
    await item.click();
    if ((await item.getAttribute('aria-expanded')) === 'false')
      await editor.page.keyboard.press('ArrowRight');
    await look(`tree with ${name.source}`);
  }
  for (const name of [/^long/, /^username/, /^person/]) {
    await hover(editor.treeItem(name));
    await look(`tooltip of ${name.source}`);
  }
  await editor.treeItem(/^person/).click();
  await editor.page.keyboard.press('ArrowLeft');
});

test('tokens are exported and imported', async () => {
  await run('Export Tokens');
  await editor.pickMany('person');
  expect((await editor.answer(passphrase)).masked).toBe(true);
  expect((await editor.answer(passphrase)).masked).toBe(true);
  const exported = await chooseFile(join(folder, 'exports/tokens.keyturn'));
  expect(exported.split('.')).toHaveLength(5);
  await notification('Exported 1 token').waitFor();
  await look('told of the export');
  await run('Import Tokens');
  await chooseFile(join(folder, 'exports/tokens.keyturn'));
  expect((await editor.answer(passphrase)).masked).toBe(true);
  await notification('You already have all tokens').waitFor();
  await look('told of the import');
});

test('a revocation that is refused', async () => {
  await run('Revoke Token', 'person');
  await answerModal('Revoke Token');
  await notification('was kept').waitFor();
  await look('told of the revocation');
});

test.each(['person', 'named', 'signed', 'asserted', 'exchanged', 'bare'])(
  'a failure to get %s quotes what was sent',
  async (name) => {
    issuer.refuse('everything');
    await refused(() => run('Refresh Token', name), `refresh of ${name} that failed`);
  },
);

test('a sign-in that fails quotes what was sent', async () => {
  await refused(async () => {
    const page = await openedBy(() => run('Sign In', 'person'));
    await page.getByRole('heading', { name: 'refused' }).waitFor();
    await look('page after a sign-in that was refused', page);
    await page.close();
  }, 'sign-in that was refused');
  issuer.refuse('tokens');
  await refused(async () => {
    const page = await openedBy(() => run('Sign In', 'person'));
    await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
    await page.close();
  }, 'code that was refused');
  await refused(async () => {
    await run('Sign In', 'screen');
    const page = await openedBy(() =>
      notification('Enter the code').getByText('Copy Code and Open Page').click(),
    );
    await page.close();
  }, 'device code that was refused');
});

test('a registration that is refused quotes what it made', async () => {
  await refused(() => signInToApi('again'), 'registration that was refused');
});

test('the audit log, shown and exported', async () => {
  await run('Show Audit Log');
  await editor.treeItem(/person/).waitFor();
  await look('audit log');
  for (const file of ['audit.csv', 'audit.json']) {
    await run('Export Audit Log');
    expect(await chooseFile(join(folder, 'exports', file))).toContain('homemade');
  }
  await look('told of the exported log');
});

test('nothing but the secret storage and the files they came from holds them', async () => {
  await editor.runCommand('Output: Show Output Channels');
  await editor.pick('Keyturn');
  await eventually('the log', async () =>
    (await editor.page.locator('.part.panel .view-lines').innerText()).includes('answered'),
  );
  await look('the log');
  const storage = await browserStorage(editor.page);
  for (const [place, content] of storage) {
    if (place === secretStorage) continue;
    for (const secret of findSecrets(content, secrets())) findings.push({ secret, where: place });
  }
  expect(storage.get(secretStorage)?.length).toBeGreaterThan(passphrase.length);
  expect(findSecrets(storage.get(secretStorage) ?? '', secrets())).toEqual([]);
  findings.push(
    ...(await scanFolder(folder, secrets())),
    ...(await scanFolder(editor.dataFolder, secrets())),
  );
  const sources = [join(folder, 'keys/key.pem'), join(workspace, 'http-client.env.json')];
  if (!isMasked) {
    expectEveryKind(findings.filter(({ where }) => !sources.includes(where)));
    return;
  }
  expect(findings.filter(({ where }) => !sources.includes(where))).toEqual([]);
  // Where they must be found, they are.
  expect(new Set(findings.map(({ where }) => where))).toEqual(new Set(sources));
});

/** Where nothing is masked the search finds whatever can be shown at all; keys never leave Keyturn. */
function expectEveryKind(found: readonly Finding[]): void {
  const kinds = new Set(found.map(({ secret }) => secret.replace(/ \d+(?:, its end)?$/, '')));
  expect([...kinds].sort()).toEqual(expect.arrayContaining(everyShownKind));
  const places = new Set(found.map(({ where }) => where.replace(/^page: /, '').replace(/^.*\//, '')));
  expect([...places]).toEqual(expect.arrayContaining(everyLeakingPlace));
}

const everyShownKind = [
  'access',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'idToken',
  'password',
  'printed',
  'refresh',
  'registration_access_token',
  'state',
  'variable',
];

const everyLeakingPlace = ['the log'];
