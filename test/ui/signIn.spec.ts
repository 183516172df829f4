import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { EditorPage } from './editorPage.ts';
import { beginFolder, beginSandbox, beginStory, endOf, requests, signInOn, type Story } from './story.ts';

// Sign-ins as a person does them: in the editor, and on the pages of the sandbox's provider in the same browser.

let sandbox: Sandbox;
let folder: string;
let story: Story;
let editor: EditorPage;

const list = /^GET\shttp:\S+\/reports$/;
const add = /^POST\shttp:\S+\/reports$/;
const forget = /^DELETE\shttp:\S+\/admin\/usage$/;
const one = /^GET\s\{\{reportsApi\}\}\/reports\/1$/;
/** What is left of a quarter of an hour. */
const fresh = /1[45] min/;

beforeAll(async () => {
  sandbox = await beginSandbox();
  const { api } = sandbox;
  const shared = { issuer: sandbox.issuer, origins: [api] };
  const person = { ...shared, grant: 'authorization_code', clientId: 'person' };
  const tokens = {
    person: { ...person, redirectUri: 'loopback', scope: 'openid offline_access reports:read' },
    window: { ...person, redirectUri: 'editor', scope: 'openid reports:read' },
    screen: { ...shared, grant: 'device_code', clientId: 'device', scope: 'reports:read' },
  };
  folder = await beginFolder('sign-in', {
    'keyturn.json': { tokens },
    'requests.http': requests(
      `# @token person\nGET ${api}/reports\n`,
      `# @token person\nPOST ${api}/reports\nContent-Type: application/json\n\n{"title": "Signed in"}\n`,
      `# @token person\nDELETE ${api}/admin/usage\n`,
    ),
    'unknown/bare.http': 'GET {{reportsApi}}/reports/1\n',
    'http-client.env.json': { $shared: { reportsApi: api } },
  });
  story = await beginStory('sign-in', {
    workspace: folder,
    file: 'requests.http',
    // The editor and the browser of this test are on one machine.
    settings: { 'keyturn.signIn.redirect': 'loopback' },
  });
  editor = story.editor;
});

describe('an authorization code sign-in', () => {
  test('can be cancelled, after which nothing waits any more', async () => {
    await story.openTokens();
    await editor.treeItem(/^person/).waitFor();
    await story.treeSays(/^person/, /not signed in/);
    const page = await story.openedBy(() => story.clickInline(/^person/, 'Sign In'));
    const waiting = story.notification('Signing in for "person"');
    await waiting.waitFor();
    await story.picture('waiting');
    await story.picture('page-who', page);
    await waiting.getByRole('button', { name: 'Cancel' }).click();
    await waiting.waitFor({ state: 'hidden' });
    // The notification goes at once; the extension has heard of it when it answers to something else.
    await editor.runCommand('Keyturn: Export Tokens');
    await story.notification('There is no token to export yet').waitFor();
    await story.clearNotifications();
    const failed = page.waitForEvent('requestfailed');
    await page.getByRole('button', { name: 'Cancel' }).click();
    const refused = await failed;
    expect(new URL(refused.url()).pathname).toBe('/callback');
    expect(refused.failure()?.errorText).toBe('net::ERR_CONNECTION_REFUSED');
    await page.close();
    await story.treeSays(/^person/, /not signed in/);
  });

  test('begins in the tree and ends with a token', async () => {
    const page = await story.openedBy(() => story.clickInline(/^person/, 'Sign In'));
    await page.getByRole('button', { name: 'Ada' }).click();
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await story.picture('page-allow', page);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await story.picture('page-landing', page);
    await page.close();
    await story.notification('Signing in').waitFor({ state: 'hidden' });
    await story.treeSays(/^person/, fresh);
    await story.picture('signed-in');
  });

  test('serves the requests', async () => {
    await editor.clickLens(/^Send$/, editor.line(list));
    await editor.inlineTextAt(editor.line(list), /200/);
  });
});

describe('an API that wants more', () => {
  test('leads to the scope that is missing, and the request is sent again', async () => {
    await editor.clickLens(/^Send$/, editor.line(add));
    const offer = story.notification('requires a scope that the token "person" does not have');
    await offer.waitFor();
    await story.picture('scope-missing');
    const page = await story.openedBy(() =>
      offer.getByRole('button', { name: 'Sign In for Scope reports:write' }).click(),
    );
    await signInOn(page, 'Ada');
    await endOf(page);
    await editor.inlineTextAt(editor.line(add), /201/);
  });

  test('leads to a better sign-in (RFC 9470), and the request is sent again', async () => {
    await editor.clickLens(/^Send$/, editor.line(forget));
    const scope = story.notification('requires a scope that the token');
    const first = await story.openedBy(() =>
      scope.getByRole('button', { name: 'Sign In for Scope reports:admin' }).click(),
    );
    await signInOn(first, 'Ada');
    await endOf(first);
    const again = story.notification('requires you to sign in again');
    await again.waitFor();
    await story.picture('step-up');
    const second = await story.openedBy(() => again.getByRole('button', { name: 'Sign In Again' }).click());
    await second.getByRole('checkbox', { name: 'second factor' }).waitFor();
    await story.picture('page-second-factor', second);
    await signInOn(second, 'Ada');
    await endOf(second);
    await editor.inlineTextAt(editor.line(forget), /204/);
  });
});

describe("the editor's own address", () => {
  test('takes the browser back to the window', async () => {
    const page = await story.openedBy(() => story.clickInline(/^window/, 'Sign In'));
    await signInOn(page, 'Ada');
    await story.treeSays(/^window/, fresh);
    expect(new URL(page.url()).pathname).toMatch(/\/callback$/);
    await story.picture('page-editor-address', page);
    await page.close();
  });
});

describe('a device sign-in', () => {
  const waiting = () => story.notification('Enter the code');
  const link = () => waiting().getByText('Copy Code and Open Page');
  const clipboard = () => editor.page.evaluate(() => navigator.clipboard.readText());
  const codeIn = (text: string) => /Enter the code (\S+)(?:,| at)/.exec(text)?.[1] ?? '';

  test('can be given up', async () => {
    await story.clickInline(/^screen/, 'Sign In');
    await waiting().waitFor();
    await waiting().getByRole('button', { name: 'Cancel' }).click();
    await waiting().waitFor({ state: 'hidden' });
    await story.treeSays(/^screen/, /not signed in/);
  });

  test('shows a code that is copied at once, where it goes and how long it is valid', async () => {
    await story.clickInline(/^screen/, 'Sign In');
    await waiting().waitFor();
    const text = await waiting().innerText();
    expect(codeIn(text)).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    expect(await clipboard()).toBe(codeIn(text));
    expect(text).toContain(`${sandbox.issuer}/device within`);
    expect(text).toMatch(/within (9|10) min/);
    expect(text).toContain(`Allowed origins of the token: ${sandbox.api}.`);
    expect(await story.dialog().count()).toBe(0);
    await story.pictures('device-code');
  });

  test('copies it again and opens its page, and the notification goes by itself', async () => {
    const code = await clipboard();
    await editor.page.evaluate(() => navigator.clipboard.writeText('something else'));
    const page = await story.openedBy(() => link().click());
    expect(await clipboard()).toBe(code);
    await story.picture('page-device', page);
    await page.getByRole('button', { name: 'It does', exact: true }).click();
    await signInOn(page, 'Ada');
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    await page.close();
    await waiting().waitFor({ state: 'hidden' });
    await story.treeSays(/^screen/, fresh);
  });

  test('ends as well when the code is entered elsewhere, before anything is answered here', async () => {
    await story.choose(/^screen/, 'Sign In');
    await waiting().waitFor();
    const phone = await editor.page.context().newPage();
    await phone.goto(`${sandbox.issuer}/device`);
    await phone.getByRole('textbox').fill(codeIn(await waiting().innerText()));
    await phone.keyboard.press('Enter');
    await phone.getByRole('button', { name: 'It does', exact: true }).click();
    await signInOn(phone, 'Ada');
    await phone.getByRole('heading', { name: 'Signed in' }).waitFor();
    await phone.close();
    await waiting().waitFor({ state: 'hidden' });
    await story.treeSays(/^screen/, fresh);
    expect(await story.dialog().count()).toBe(0);
    await story.picture('device-ended');
  });

  test('is within reach of the keyboard', async () => {
    await story.choose(/^screen/, 'Sign In');
    await waiting().waitFor();
    const page = await story.openedBy(() => editor.runCommand('Keyturn: Copy Code and Open Sign-In Page'));
    await page.close();
    await editor.runCommand('Notifications: Focus Notification Toast');
    // The button comes first, then the link.
    await editor.page.keyboard.press('Tab');
    await editor.page.keyboard.press('Tab');
    await story.picture('device-focus');
    const again = await story.openedBy(() => editor.page.keyboard.press('Enter'));
    await again.close();
    await waiting().getByRole('button', { name: 'Cancel' }).click();
    await waiting().waitFor({ state: 'hidden' });
    await editor.page.keyboard.press('F1');
    await story.question().locator('input.input').fill('>Copy Code and Open Sign-In Page');
    await story
      .question()
      .getByText('No matching commands')
      .or(story.question().getByText('similar commands'))
      .first()
      .waitFor();
    expect(await story.question().getByText('Keyturn: Copy Code').count()).toBe(0);
    await editor.page.keyboard.press('Escape');
  });
});

/** What the provider says to this client when it comes with a code that is none. */
async function refusalOf(client: string): Promise<unknown> {
  const response = await fetch(`${sandbox.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: client,
      code: 'none',
      redirect_uri: 'http://127.0.0.1/callback',
      code_verifier: 'x'.repeat(43),
    }),
  });
  const { error } = (await response.json()) as { error?: unknown };
  return error;
}

describe('an unknown API', () => {
  test('is told nothing by who gives up, and nothing is written nor stays registered', async () => {
    const clients = new Set<string>();
    editor.page.context().on('request', (request) => {
      const id = new URL(request.url()).searchParams.get('client_id');
      if (id !== null && request.url().startsWith(`${sandbox.issuer}/`)) clients.add(id);
    });
    const before = await readFile(join(folder, 'keyturn.json'), 'utf8');
    await editor.openFile('bare.http');
    await editor.runCommand('Keyturn: Sign In to This API');
    await story.dialog().getByRole('button', { name: 'Sign In' }).click();
    await story.question().getByText('reports:admin').first().waitFor();
    await editor.pickMany('reports:admin');
    await story.unhurried();
    const page = await story.openedBy(() => editor.answer('given-up'));
    const waiting = story.notification('Signing in for "given-up"');
    await waiting.waitFor();
    const [client = '', ...others] = clients;
    expect(others).toEqual([]);
    // A client that the provider knows has no such code; of another it takes none.
    expect(await refusalOf(client)).toBe('invalid_grant');
    await waiting.getByRole('button', { name: 'Cancel' }).click();
    await waiting.waitFor({ state: 'hidden' });
    await page.close();
    expect(await readFile(join(folder, 'keyturn.json'), 'utf8')).toBe(before);
    expect(await editor.line(/@token/).count()).toBe(0);
    expect(await editor.treeItem(/^given-up/).count()).toBe(0);
    await expect.poll(() => refusalOf(client)).toBe('invalid_client');
  });

  test('says itself where to sign in: from a bare 401 to a 200', async () => {
    await editor.clickLens(/^Send$/, editor.line(one));
    await editor.inlineTextAt(editor.line(one), /401/);
    const offer = story.notification('requires a token');
    await offer.waitFor();
    await story.picture('api-401');
    await offer.getByRole('button', { name: 'Sign In to This API' }).click();
    await story.dialog().waitFor();
    expect(await story.dialog().innerText()).toContain(`Sign in at ${new URL(sandbox.issuer).host}?`);
    await story.picture('api-confirm');
    await story.dialog().getByRole('button', { name: 'Sign In' }).click();
    await story.question().getByText('reports:admin').first().waitFor();
    await story.picture('api-scopes');
    // Only the scope that the request needs is selected.
    await editor.pickMany('reports:write');
    await story.unhurried();
    const page = await story.openedBy(() => editor.answer('reports'));
    await signInOn(page, 'Ada');
    await endOf(page);
    await editor.inlineTextAt(editor.line(one), /200/);
    await editor.line(/^#\s@token\sreports$/).waitFor();
    await editor.lens(/reports · 1[45] min/).waitFor();
    await editor.treeItem(/^reports/).waitFor();
    await story.notification('Added the profile "reports" to keyturn.json').waitFor();
    await story.picture('api-200');
    const { tokens } = JSON.parse(await readFile(join(folder, 'keyturn.json'), 'utf8')) as {
      tokens: Record<string, Record<string, unknown>>;
    };
    expect(tokens['reports']).toMatchObject({
      grant: 'authorization_code',
      issuer: sandbox.issuer,
      clientAuthentication: 'none',
      redirectUri: 'loopback',
      scope: 'reports:read reports:write openid offline_access',
      resource: '{{reportsApi}}',
      origins: ['{{reportsApi}}'],
    });
    expect(Object.keys(tokens)).toEqual(['person', 'window', 'screen', 'reports']);
  });
});
