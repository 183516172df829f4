import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { EditorPage, eventually } from './editorPage.ts';

// Sign-ins as a person does them: in the editor, and on the pages of the sandbox's provider in the same browser.

const project = join(import.meta.dirname, '../..');
const results = join(project, 'test-results');
const pictures = join(results, 'pictures');

let sandbox: Sandbox;
let folder: string;
let editor: EditorPage;
/** Undone in reverse order, however far the beginning came. */
const cleanups: (() => Promise<void>)[] = [];

const list = /^GET\shttp:\S+\/reports$/;
const add = /^POST\shttp:\S+\/reports$/;
const forget = /^DELETE\shttp:\S+\/admin\/usage$/;
const one = /^GET\shttp:\S+\/reports\/1$/;

beforeAll(async () => {
  sandbox = await startSandbox({
    entry: join(project, 'dist/sandbox/sandbox.js'),
    issuerPort: 0,
    apiPort: 0,
    lifetimeSeconds: 900,
    limit: 5000,
    windowSeconds: 3600,
  });
  cleanups.push(() => sandbox.stop());
  folder = await mkdtemp(join(tmpdir(), 'keyturn-sign-in-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const shared = { issuer: sandbox.issuer, origins: [sandbox.api] };
  const person = { ...shared, grant: 'authorization_code', clientId: 'person' };
  const tokens = {
    person: { ...person, redirectUri: 'loopback', scope: 'openid offline_access reports:read' },
    window: { ...person, redirectUri: 'editor', scope: 'openid reports:read' },
    screen: { ...shared, grant: 'device_code', clientId: 'device', scope: 'reports:read' },
  };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens }, null, 2));
  const { api } = sandbox;
  await writeFile(
    join(folder, 'requests.http'),
    [
      `# @token person\nGET ${api}/reports\n`,
      `# @token person\nPOST ${api}/reports\nContent-Type: application/json\n\n{"title": "Signed in"}\n`,
      `# @token person\nDELETE ${api}/admin/usage\n`,
    ].join('\n###\n'),
  );
  await mkdir(join(folder, 'unknown'));
  await writeFile(join(folder, 'unknown/bare.http'), `GET ${api}/reports/1\n`);
  await mkdir(pictures, { recursive: true });
  editor = await EditorPage.open({
    workspace: folder,
    file: 'requests.http',
    // The editor and the browser of this test are on one machine.
    settings: { 'keyturn.signIn.redirect': 'loopback' },
  });
  cleanups.push(() => editor.close());
  cleanups.push(() => editor.picture(join(results, 'ui-sign-in-last.png')));
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** The page that the editor opens. */
async function openedBy(act: () => Promise<unknown>): Promise<Page> {
  const [opened] = await Promise.all([editor.page.waitForEvent('popup'), act()]);
  opened.setDefaultTimeout(20_000);
  await opened.waitForURL(/^http/);
  await opened.waitForLoadState();
  return opened;
}

/** Clicks through the provider's pages; who signed in before is not asked again. */
async function signInOn(page: Page, person: string): Promise<void> {
  const someone = page.getByRole('button', { name: person });
  const allow = page.getByRole('button', { name: 'Allow' });
  await someone.or(allow).first().waitFor();
  if (await someone.isVisible()) await someone.click();
  await allow.click();
}

async function ended(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
  await page.close();
}

function notification(text: string | RegExp) {
  return editor.page.locator('.notification-toast').filter({ hasText: text }).first();
}

/** The editor shows no more than three new notifications within 800 ms: nobody is as quick as a test. */
function unhurried(): Promise<void> {
  return editor.page.waitForTimeout(1000);
}

async function clickInline(token: RegExp, action: string): Promise<void> {
  const item = editor.treeItem(token);
  await item.hover();
  await item.getByRole('button', { name: action }).click();
}

const picture = (name: string) => editor.picture(join(pictures, `sign-in-${name}.png`));

describe('an authorization code sign-in', () => {
  test('can be cancelled, after which nothing waits any more', async () => {
    await editor.page.getByRole('tab', { name: 'Keyturn' }).first().click();
    await editor.treeItem(/^person/).waitFor();
    expect(await editor.treeItem(/^person/).innerText()).toContain('not signed in');
    const page = await openedBy(() => clickInline(/^person/, 'Sign In'));
    const waiting = notification('Signing in for "person"');
    await waiting.waitFor();
    await picture('waiting');
    await page.screenshot({ path: join(pictures, 'sign-in-page-who.png') });
    await waiting.getByRole('button', { name: 'Cancel' }).click();
    await waiting.waitFor({ state: 'hidden' });
    const failed = page.waitForEvent('requestfailed');
    await page.getByRole('button', { name: 'Cancel' }).click();
    const refused = await failed;
    expect(new URL(refused.url()).pathname).toBe('/callback');
    expect(refused.failure()?.errorText).toBe('net::ERR_CONNECTION_REFUSED');
    await page.close();
    expect(await editor.treeItem(/^person/).innerText()).toContain('not signed in');
  });

  test('begins in the tree and ends with a token', async () => {
    const page = await openedBy(() => clickInline(/^person/, 'Sign In'));
    await page.getByRole('button', { name: 'Ada' }).click();
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await page.screenshot({ path: join(pictures, 'sign-in-page-allow.png') });
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.screenshot({ path: join(pictures, 'sign-in-page-landing.png') });
    await page.close();
    await notification('Signing in').waitFor({ state: 'hidden' });
    await eventually('the token in the tree', async () =>
      /expires in 1[45] min/.test(await editor.treeItem(/^person/).innerText()),
    );
    await picture('signed-in');
  });

  test('serves the requests', async () => {
    await editor.clickLens(/^Send$/, editor.line(list));
    await editor.inlineTextAt(editor.line(list), /200 OK/);
  });
});

describe('an API that wants more', () => {
  test('leads to the scope that is missing, and the request is sent again', async () => {
    await editor.clickLens(/^Send$/, editor.line(add));
    const offer = notification('wants more than the token "person" may do');
    await offer.waitFor();
    await picture('scope-missing');
    const page = await openedBy(() => offer.getByRole('button', { name: 'Ask for reports:write' }).click());
    await signInOn(page, 'Ada');
    await ended(page);
    await editor.inlineTextAt(editor.line(add), /201 Created/);
  });

  test('leads to a better sign-in (RFC 9470), and the request is sent again', async () => {
    await editor.clickLens(/^Send$/, editor.line(forget));
    const scope = notification('wants more than the token');
    const first = await openedBy(() => scope.getByRole('button', { name: 'Ask for reports:admin' }).click());
    await signInOn(first, 'Ada');
    await ended(first);
    const again = notification('wants you to sign in again');
    await again.waitFor();
    await picture('step-up');
    const second = await openedBy(() => again.getByRole('button', { name: 'Sign In Again' }).click());
    await second.getByRole('checkbox', { name: 'second factor' }).waitFor();
    await second.screenshot({ path: join(pictures, 'sign-in-page-second-factor.png') });
    await signInOn(second, 'Ada');
    await ended(second);
    await editor.inlineTextAt(editor.line(forget), /204 No Content/);
  });
});

describe("the editor's own address", () => {
  test('takes the browser back to the window', async () => {
    const page = await openedBy(() => clickInline(/^window/, 'Sign In'));
    await signInOn(page, 'Ada');
    await eventually('the token in the tree', async () =>
      /expires in 1[45] min/.test(await editor.treeItem(/^window/).innerText()),
    );
    expect(new URL(page.url()).pathname).toMatch(/\/callback$/);
    await page.screenshot({ path: join(pictures, 'sign-in-page-editor-address.png') });
    await page.close();
  });
});

describe('a device sign-in', () => {
  test('can be given up at the code and while it is waited for', async () => {
    const modal = editor.page.locator('.monaco-dialog-box');
    await clickInline(/^screen/, 'Sign In');
    await modal.getByRole('button', { name: 'Cancel' }).click();
    await modal.waitFor({ state: 'hidden' });

    await clickInline(/^screen/, 'Sign In');
    const page = await openedBy(() => modal.getByRole('button', { name: 'Copy Code and Open Page' }).click());
    await page.close();
    const waiting = notification('Enter the code');
    await waiting.getByRole('button', { name: 'Cancel' }).click();
    await waiting.waitFor({ state: 'hidden' });
    expect(await editor.treeItem(/^screen/).innerText()).toContain('not signed in');
  });

  test('shows the code, opens its page and counts down until it is entered', async () => {
    await clickInline(/^screen/, 'Sign In');
    const modal = editor.page.locator('.monaco-dialog-box');
    await modal.waitFor();
    const code = /Your code: (\S+)/.exec(await modal.innerText())?.[1] ?? '';
    expect(code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    await picture('device-code');
    const page = await openedBy(() => modal.getByRole('button', { name: 'Copy Code and Open Page' }).click());
    expect(await editor.page.evaluate(() => navigator.clipboard.readText())).toBe(code);
    const waiting = notification(`Enter the code ${code}`);
    await waiting.waitFor();
    expect(await waiting.innerText()).toMatch(/valid for (9|10) min/);
    await picture('device-waiting');
    await page.screenshot({ path: join(pictures, 'sign-in-page-device.png') });
    await page.getByRole('button', { name: 'It does', exact: true }).click();
    await signInOn(page, 'Ada');
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    await page.close();
    await waiting.waitFor({ state: 'hidden' });
    await eventually('the token in the tree', async () =>
      /expires in 1[45] min/.test(await editor.treeItem(/^screen/).innerText()),
    );
  });
});

describe('an API that nobody knows', () => {
  const modal = () => editor.page.locator('.monaco-dialog-box');

  test('is told nothing by who gives up, and nothing is written', async () => {
    const before = await readFile(join(folder, 'keyturn.json'), 'utf8');
    await editor.openFile('bare.http');
    await editor.runCommand('Keyturn: Sign In to This API');
    await modal().getByRole('button', { name: 'Sign In' }).click();
    await editor.page.locator('.quick-input-widget:visible').getByText('reports:admin').first().waitFor();
    await editor.pickMany('reports:admin');
    await unhurried();
    const page = await openedBy(() => editor.answer('given-up'));
    const waiting = notification('Signing in for "given-up"');
    await waiting.getByRole('button', { name: 'Cancel' }).click();
    await waiting.waitFor({ state: 'hidden' });
    await page.close();
    expect(await readFile(join(folder, 'keyturn.json'), 'utf8')).toBe(before);
    expect(await editor.line(/@token/).count()).toBe(0);
    expect(await editor.treeItem(/^given-up/).count()).toBe(0);
  });

  test('says itself where to sign in: from a bare 401 to a 200', async () => {
    await editor.clickLens(/^Send$/, editor.line(one));
    await editor.inlineTextAt(editor.line(one), /401 Unauthorized/);
    const offer = notification('wants a token');
    await offer.waitFor();
    await picture('api-401');
    await offer.getByRole('button', { name: 'Sign In to This API' }).click();
    await modal().waitFor();
    expect(await modal().innerText()).toContain(`Sign in at ${new URL(sandbox.issuer).host}?`);
    await picture('api-confirm');
    await modal().getByRole('button', { name: 'Sign In' }).click();
    await editor.page.locator('.quick-input-widget:visible').getByText('reports:admin').first().waitFor();
    await picture('api-scopes');
    // All are ticked: the one that is not needed is taken out.
    await editor.pickMany('reports:admin');
    await unhurried();
    const page = await openedBy(() => editor.answer('reports'));
    await signInOn(page, 'Ada');
    await ended(page);
    await editor.inlineTextAt(editor.line(one), /200 OK/);
    await editor.line(/^#\s@token\sreports$/).waitFor();
    await editor.lens(/reports · 1[45] min/).waitFor();
    await editor.treeItem(/^reports/).waitFor();
    await picture('api-200');
    const { tokens } = JSON.parse(await readFile(join(folder, 'keyturn.json'), 'utf8')) as {
      tokens: Record<string, Record<string, unknown>>;
    };
    expect(tokens['reports']).toMatchObject({
      grant: 'authorization_code',
      issuer: sandbox.issuer,
      clientAuthentication: 'none',
      redirectUri: 'loopback',
      scope: 'reports:read reports:write openid offline_access',
      resource: sandbox.api,
      origins: [sandbox.api],
    });
    expect(Object.keys(tokens)).toEqual(['person', 'window', 'screen', 'reports']);
  });
});
