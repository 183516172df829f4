import { beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { EditorPage } from './editorPage.ts';
import { jwtThatEnds } from './jwt.ts';
import { beginFolder, beginSandbox, beginStory, requests, type Story } from './story.ts';

// What a person sees of a token's verification: marks in the tree, the details, the menus and the audit log.

let sandbox: Sandbox;
let story: Story;
let editor: EditorPage;

const viewer = /^viewer/;
const opaque = /^opaque/;
const foreign = /^foreign/;

beforeAll(async () => {
  sandbox = await beginSandbox();
  const client = {
    grant: 'client_credentials',
    issuer: sandbox.issuer,
    clientId: 'viewer',
    clientAuthentication: 'client_secret_basic',
    scope: 'reports:read',
    origins: [sandbox.api],
  };
  const tokens = {
    viewer: client,
    opaque: { ...client, resource: `${sandbox.api}/opaque` },
    foreign: { grant: 'static', issuer: sandbox.issuer, origins: [sandbox.api] },
  };
  const workspace = await beginFolder('inspections', {
    'keyturn.json': { tokens },
    'requests.http': requests(
      ...['viewer', 'opaque'].map((name) => `# @token ${name}\nGET ${sandbox.api}/reports\n`),
    ),
  });
  story = await beginStory('inspections', { workspace, file: 'requests.http' });
  editor = story.editor;
});

describe('the inspection of a token', () => {
  test('begins with tokens', async () => {
    const requests = editor.line(/^GET\s/);
    await editor.clickLens(/^Send$/, requests);
    await editor.answer('viewer-secret');
    await editor.inlineTextAt(requests, /200/);
    await story.openTokens();
    await editor.treeItem(opaque).waitFor();
    await story.choose(opaque, 'Refresh Token');
    await story.treeSays(opaque, /\d+ min/);
    await story.choose(foreign, 'Paste Token…');
    await editor.answer(jwtThatEnds(3600, 'reports:read'));
    await story.treeSays(foreign, /\d+ (?:min|h)\b/);
  });

  test('is told, and stands in the tree', async () => {
    await story.choose(foreign, 'Verify Token Signature');
    await story.notification('"foreign" is invalid').waitFor();
    await story.picture('invalid');
    await story.clearNotifications();
    await story.choose(opaque, 'Introspect Token');
    await story.notification('"opaque" is active').waitFor();
    await story.clearNotifications();
    await story.choose(viewer, 'Verify Token Signature');
    await story.notification('"viewer" is verified').waitFor();
    await story.picture('told');
    await story.clearNotifications();
    await editor.treeItem(viewer).click();
    await editor.treeItem(/^Signature/).waitFor();
    await editor.treeItem(/^Signature/).click();
    await story.picture('tree');
  });

  test('leads to everything known', async () => {
    await story.choose(viewer, 'Show Token Details');
    await editor.tab('viewer').waitFor();
    await story.picture('details');
  });

  test('is found in the menus', async () => {
    await editor.treeItem(viewer).click({ button: 'right' });
    await story.menu('Verify Token Signature').waitFor();
    await story.picture('menu-viewer');
    await editor.page.keyboard.press('Escape');
    await editor.treeItem(foreign).click({ button: 'right' });
    await story.menu('Verify Token Signature').waitFor();
    await story.picture('menu-foreign');
    await editor.page.keyboard.press('Escape');
    await story.choose(opaque, 'Revoke Token…');
    await story.dialog().waitFor();
    await story.picture('revoke');
    await story.press('Cancel');
    await editor.runCommand('Keyturn: Show Audit Log');
    await editor.treeItem(/introspected/).waitFor();
    await story.picture('audit');
    expect(await editor.treeItem(/opaque introspected/).innerText()).toMatch(/introspected/);
  });
});
