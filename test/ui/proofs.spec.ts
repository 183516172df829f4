import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { EditorPage, eventually } from './editorPage.ts';
import { jwtThatEnds } from './jwt.ts';

// What a person sees of a token's proof: marks in the tree, the details, the menus and the audit log.

const project = join(import.meta.dirname, '../..');
const results = join(project, 'test-results');
const pictures = join(results, 'pictures');

let sandbox: Sandbox;
let folder: string;
let editor: EditorPage;
const cleanups: (() => Promise<void>)[] = [];

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
  folder = await mkdtemp(join(tmpdir(), 'keyturn-proofs-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const viewer = {
    grant: 'client_credentials',
    issuer: sandbox.issuer,
    clientId: 'viewer',
    clientAuthentication: 'client_secret_basic',
    scope: 'reports:read',
    origins: [sandbox.api],
  };
  const tokens = {
    viewer,
    opaque: { ...viewer, resource: `${sandbox.api}/opaque` },
    foreign: { grant: 'static', issuer: sandbox.issuer, origins: [sandbox.api] },
  };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens }, null, 2));
  await writeFile(
    join(folder, 'requests.http'),
    ['viewer', 'opaque'].map((name) => `# @token ${name}\nGET ${sandbox.api}/reports\n`).join('\n###\n'),
  );
  await mkdir(pictures, { recursive: true });
  editor = await EditorPage.open({ workspace: folder, file: 'requests.http' });
  cleanups.push(() => editor.close());
  cleanups.push(() => editor.picture(join(results, 'ui-proofs-last.png')));
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const picture = (name: string) => editor.picture(join(pictures, `proofs-${name}.png`));
const menu = (action: string) =>
  editor.page.locator('.monaco-menu .action-item').filter({ hasText: action }).first();
const viewer = /^viewer/;
const opaque = /^opaque/;
const foreign = /^foreign/;

function notification(text: string | RegExp) {
  return editor.page.locator('.notification-toast').filter({ hasText: text }).first();
}

/** Chooses from the menu of the right button. */
async function choose(token: RegExp, action: string): Promise<void> {
  await editor.treeItem(token).click({ button: 'right' });
  await menu(action).waitFor();
  // A menu takes no click in its first moment, so that the one that opened it chooses nothing.
  await editor.page.waitForTimeout(400);
  await menu(action).click();
  await menu(action).waitFor({ state: 'hidden' });
}

describe('the proof of a token', () => {
  test('begins with tokens', async () => {
    const requests = editor.line(/^GET\s/);
    await editor.clickLens(/^Send$/, requests);
    await editor.answer('viewer-secret');
    await editor.inlineTextAt(requests, /200 OK/);
    await editor.page.getByRole('tab', { name: 'Keyturn' }).first().click();
    await editor.treeItem(opaque).waitFor();
    await choose(opaque, 'Refresh Token');
    await eventually('the token', async () =>
      (await editor.treeItem(opaque).innerText()).includes('expires in'),
    );
    await choose(foreign, 'Paste Token…');
    await editor.answer(jwtThatEnds(3600, 'reports:read'));
    await eventually('the token', async () =>
      (await editor.treeItem(foreign).innerText()).includes('expires in'),
    );
  });

  test('is told, and stands in the tree', async () => {
    await choose(foreign, 'Verify Signature');
    await notification('"foreign" is invalid').waitFor();
    await picture('invalid');
    await editor.runCommand('Notifications: Clear All Notifications');
    await choose(opaque, 'Introspect');
    await notification('"opaque" is active').waitFor();
    await editor.runCommand('Notifications: Clear All Notifications');
    await choose(viewer, 'Verify Signature');
    await notification('"viewer" is verified').waitFor();
    await picture('told');
    await editor.runCommand('Notifications: Clear All Notifications');
    await editor.treeItem(viewer).click();
    await editor.treeItem(/^Signature/).waitFor();
    await editor.treeItem(/^Signature/).click();
    await picture('tree');
  });

  test('leads to everything known', async () => {
    await choose(viewer, 'Show Token Details');
    await editor.tab('viewer').waitFor();
    await picture('details');
  });

  test('is found in the menus', async () => {
    await editor.treeItem(viewer).click({ button: 'right' });
    await menu('Verify Signature').waitFor();
    await picture('menu-viewer');
    await editor.page.keyboard.press('Escape');
    await editor.treeItem(foreign).click({ button: 'right' });
    await menu('Verify Signature').waitFor();
    await picture('menu-foreign');
    await editor.page.keyboard.press('Escape');
    await choose(opaque, 'Revoke Token…');
    await editor.page.locator('.monaco-dialog-box').waitFor();
    await picture('revoke');
    await editor.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Cancel' }).click();
    await editor.runCommand('Keyturn: Show Audit Log');
    await editor.treeItem(/introspected/).waitFor();
    await picture('audit');
    expect(await editor.treeItem(/opaque introspected/).innerText()).toMatch(/introspected/);
  });
});
