/// <reference lib="dom" />
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { type EditorPage, eventually } from './editorPage.ts';
import {
  beginFolder,
  beginSandbox,
  beginStory,
  highContrastThemes,
  requests,
  type Story,
  themes,
} from './story.ts';

// A small screen: two columns, the minimap, the editor's own font size. What matters is in sight all the same.

const everyTheme = [...themes, ...highContrastThemes];

let sandbox: Sandbox;
let story: Story;
let editor: EditorPage;

beforeAll(async () => {
  sandbox = await beginSandbox(600, 6);
  const client = {
    grant: 'client_credentials',
    issuer: '{{sandboxIssuer}}',
    clientAuthentication: 'client_secret_basic',
    origins: ['{{sandboxApi}}'],
  };
  const folder = await beginFolder('narrow', {
    'http-client.env.json': {
      sandbox: { sandboxIssuer: sandbox.issuer, sandboxApi: sandbox.api },
      staging: { sandboxIssuer: 'https://id.example.com', sandboxApi: 'https://api.example.com' },
    },
    'keyturn.json': {
      tokens: {
        viewer: { ...client, clientId: 'viewer', scope: 'reports:read' },
        admin: { ...client, clientId: 'admin', scope: 'reports:read reports:write reports:admin' },
        legacy: { grant: 'static', sendAs: { header: 'X-API-Key' }, origins: ['{{sandboxApi}}'] },
      },
    },
    'requests.http': requests(
      `GET {{sandboxApi}}/\n`,
      `# @token viewer\nGET {{sandboxApi}}/reports\n?? status == 200\n`,
      `# @token viewer\nPOST {{sandboxApi}}/reports\nContent-Type: application/json\n\n{ "title": "By the viewer" }\n`,
      `GET {{sandboxApi}}/reports/1\n`,
    ),
  });
  story = await beginStory('narrow', {
    workspace: folder,
    file: 'requests.http',
    viewport: { width: 1280, height: 720 },
    settings: { 'editor.minimap.enabled': true, 'editor.fontSize': 14 },
  });
  editor = story.editor;
});

const root = /^GET\s\{\{sandboxApi\}\}\/$/;
const reports = /^GET\s\{\{sandboxApi\}\}\/reports$/;
const oneReport = /^GET\s\{\{sandboxApi\}\}\/reports\/1$/;
const addReport = /^POST\s/;

async function send(request: RegExp, status: RegExp): Promise<string> {
  await editor.clickLens(/^Send$/, editor.line(request));
  return editor.inlineTextAt(editor.line(request), status);
}

/** The lens is whole where its column shows it: the minimap begins behind it. */
async function isWhole(lens: Locator): Promise<void> {
  await lens.waitFor();
  const spare = () =>
    lens.evaluate((shown) => {
      const minimap = shown.closest('.editor-instance')?.querySelector('.minimap');
      return (minimap?.getBoundingClientRect().left ?? 0) - shown.getBoundingClientRect().right;
    });
  await eventually('a lens in sight', async () => (await spare().catch(() => -1)) >= 0);
}

describe('a window of 1280 × 720 with two columns', () => {
  test('begins the line of a request with status and limit', async () => {
    await editor.statusBarItem('No environment').click();
    await editor.pick('sandbox');
    expect(await send(root, /200/)).toMatch(/^✓ 200 · 5\/6 left · \d+ ms · \d+ B$/);
    await story.picturesOnScreens('first', everyTheme);
  });

  test('names the tab of a response after its request, with buttons that stay', async () => {
    await editor.tab('GET \u2215').waitFor();
    for (const button of ['Send Again', 'Copy', 'Save…', 'Pin']) await isWhole(editor.lens(button));
  });

  test('says above a request which tests were not run', async () => {
    await editor.clickLens(/^Send$/, editor.line(reports));
    await editor.answer('viewer-secret');
    await editor.inlineTextAt(editor.line(reports), /^! 200/);
    await isWhole(editor.lens('1 test not run'));
    await editor.tab('GET \u2215reports').waitFor();
    expect(await editor.tab(/^GET \u2215$/).count()).toBe(0);
    await story.pictures('not-run', everyTheme);
  });

  test('says above a request which scope is missing, and leads to where it is declared', async () => {
    await send(addReport, /^! 403/);
    const lens = editor.lens('Requires scope reports:write');
    await isWhole(lens);
    await story.picturesOnScreens('scope', everyTheme);
    await lens.click();
    await story.notification('does not have the scope reports:write').waitFor();
    await story.pictures('scope-step', everyTheme);
    await story.clearNotifications();
  });

  test('offers a token above a request that names none, and writes its name', async () => {
    await send(oneReport, /^! 401/);
    await story.clearNotifications();
    await isWhole(editor.lens('Choose Token…'));
    await story.pictures('bare', everyTheme);
    await editor.lens('Choose Token…').click();
    await story.question().getByText('Add a token…').waitFor();
    await story.pictures('choose-token', everyTheme);
    await editor.pick('viewer');
    await eventually('the name above the request', async () =>
      /# @token viewer\s*GET \{\{sandboxApi\}\}\/reports\/1/.test(await editor.groupText('requests.http')),
    );
    await editor.lens('Choose Token…').waitFor({ state: 'detached' });
  });

  test('says until when to wait', async () => {
    await send(oneReport, /200/);
    await send(oneReport, /200|429/);
    await send(oneReport, /^! 429 · retry in/);
    await isWhole(editor.lens(/Wait until \d\d:\d\d:\d\d/));
    await story.picturesOnScreens('limit', everyTheme);
  });

  test('opens a response again without sending', async () => {
    await editor.line(root).click({ position: { x: 5, y: 5 } });
    await editor.runCommand('Keyturn: Open Response of Request');
    await editor.tab(/^GET \u2215$/).waitFor();
    expect(await editor.groupText('GET \u2215')).toContain('200 OK');
  });
});

describe('the Tokens view at 185 pixels', () => {
  const viewer = /^viewer/;

  test('says of each token what matters', async () => {
    await story.openTokens();
    await editor.treeItem(viewer).waitFor();
    await story.picturesOnScreens('tree-wide', everyTheme);
    await editor.narrowSidebar(185);
    await story.treeSays(viewer, /^viewer1[345] min · reports:read/);
    await story.picturesOnScreens('tree', everyTheme);
  });

  test('has a menu for an environment', async () => {
    await story.choose(/^staging/, 'Use Environment');
    await editor.statusBarItem(/^\s*staging\s*$/).waitFor();
    await story.treeSays(/^staging/, /chosen/);
    await story.choose(/^sandbox/, 'Use Environment');
    await editor.statusBarItem(/^\s*sandbox\s*$/).waitFor();
    await story.treeSays(/^sandbox/, /chosen/);
    await story.choose(/^sandbox/, 'Open Environment File');
    await editor.tab('http-client.env.json').waitFor();
  });

  test('acts by keyboard on the line that has the focus, not on the one that is selected', async () => {
    await editor.treeItem(viewer).click();
    await editor.treeItem(/^Scopes/).waitFor();
    await editor.page.keyboard.press('ArrowDown');
    for (let step = 0; step < 20; step++) {
      if ((await editor.focusedTreeItem())?.startsWith('Origins') === true) break;
      await editor.page.keyboard.press('ArrowDown');
    }
    await editor.page.keyboard.press('Control+c');
    await eventually(
      'the address in the clipboard',
      async () => (await editor.page.evaluate(() => navigator.clipboard.readText())) === sandbox.api,
    );
    // The token's own keys work on the lines below it, too.
    await editor.page.keyboard.press('Control+Enter');
    await editor.tab('viewer.details.json').waitFor();
    await story.pictures('tree-open', everyTheme);
  });
});

describe('Add Token', () => {
  test('offers to name the token in the request in front', async () => {
    await editor.openFile('requests.http');
    await editor.line(root).click({ position: { x: 5, y: 5 } });
    await editor.runCommand('Keyturn: Add Token');
    await editor.pick('legacy');
    await editor.answer(sandbox.apiKey);
    const offer = story.notification('Added the token "legacy".');
    await offer.waitFor();
    await story.pictures('added', everyTheme);
    await offer.getByRole('button', { name: 'Insert "# @token legacy" into the Request' }).click();
    await editor.line(/^#\s@token\slegacy$/).waitFor();
  });
});
