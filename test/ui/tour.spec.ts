import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { type EditorPage, eventually } from './editorPage.ts';
import { jwtThatEnds } from './jwt.ts';
import { beginFolder, beginSandbox, beginStory, type Story, themes, writeFiles } from './story.ts';

// One person's first quarter of an hour, from the examples to the pictures that the README shows.

const project = join(import.meta.dirname, '../..');
/** `KEYTURN_UPDATE_PICTURES=1` replaces the README's own. */
const pictures = join(
  project,
  process.env['KEYTURN_UPDATE_PICTURES'] === '1' ? 'media/readme' : 'test-results/pictures',
);

/** Request lines of the tour's first two requests. */
const root = /^GET\s\{\{sandboxApi\}\}\/$/;
const listReports = /^GET\s\{\{sandboxApi\}\}\/reports$/;
/** Of `sign-in.http`: an API that nothing declares a token for. */
const oneReport = /^GET\s\{\{sandboxApi\}\}\/reports\/1$/;

let sandbox: Sandbox;
let story: Story;
let editor: EditorPage;

beforeAll(async () => {
  sandbox = await beginSandbox(2400);
  const examples = await beginFolder('tour');
  await cp(join(project, 'examples'), examples, { recursive: true });
  await writeFiles(examples, {
    'http-client.env.json': { sandbox: { sandboxIssuer: sandbox.issuer, sandboxApi: sandbox.api } },
  });
  await mkdir(pictures, { recursive: true });
  story = await beginStory('tour', { workspace: examples, file: 'tour.http' });
  editor = story.editor;
});

describe('the tour', () => {
  test('begins with an environment from the status bar', async () => {
    await editor.statusBarItem('No environment').click();
    await editor.pick('sandbox');
    await editor.statusBarItem(/^\s*sandbox\s*$/).waitFor();
  });

  test('sends the first request by its lens and tells at its line what came back', async () => {
    await editor.clickLens(/^Send$/, editor.line(root));
    const text = await editor.inlineTextAt(editor.line(root), /200/);
    expect(text).toMatch(/200 · 4,999\/5,000 left · \d+ ms · \d+ B/);
  });

  test('asks for the client secret, masked, and sends with a token', async () => {
    await editor.lens(/viewer/).waitFor();
    await editor.clickLens(/^Send$/, editor.line(listReports));
    const asked = await editor.answer('viewer-secret');
    expect(asked.masked).toBe(true);
    expect(asked.prompt).toMatch(/client secret/i);
    await editor.inlineTextAt(editor.line(listReports), /200 · 4,998\/5,000 left/);
    await eventually('the response', async () =>
      (await editor.groupText('2. Reports')).includes('Visitors by week'),
    );
    await editor.lens(/viewer · 1[45] min/).waitFor();
  });

  test('shows the token in the tree', async () => {
    await story.openTokens();
    const viewer = editor.treeItem(/^viewer/);
    await viewer.waitFor();
    expect(await viewer.innerText()).toMatch(/1[45] min · reports:read/);
    await viewer.click();
    await editor.treeItem(/Scopes/).waitFor();
  });

  test('adds a token by hand', async () => {
    await editor.runCommand('Keyturn: Add Token');
    await editor.pick('legacy');
    const asked = await editor.answer(sandbox.apiKey);
    expect(asked.masked).toBe(true);
    const legacy = editor.treeItem(/^legacy/);
    await eventually('the pasted token', async () => !/no token|missing/i.test(await legacy.innerText()));
    expect(await editor.page.locator('body').innerText()).not.toContain(`${sandbox.apiKey}"`);
  });

  test('has its pictures taken in light and dark', async () => {
    await editor.page.keyboard.press('Escape');
    await editor.widenFirstGroup(225);
    for (const [name, theme] of themes) {
      await story.wear(theme);
      await editor.closeNotifications();
      await editor.picture(join(pictures, `overview-${name}.png`));
      const hover = await editor.hoverEnd(editor.line(listReports));
      expect(await hover.innerText()).toMatch(/viewer/);
      await editor.picture(join(pictures, `hover-${name}.png`));
      await editor.restMouse();
    }
  });

  test('offers to sign in after a 401 without a token', async () => {
    await editor.openFile('sign-in.http');
    await editor.clickLens(/^Send$/, editor.line(oneReport));
    await editor.inlineTextAt(editor.line(oneReport), /401/);
    await story.notification('requires a token').waitFor();
    for (const [name, theme] of themes) {
      await story.wear(theme);
      await editor.picture(join(pictures, `sign-in-${name}.png`));
    }
    await editor.closeNotifications();
    await editor.tab('tour.http').click();
  });

  test('adds a token of its own and warns in the status bar before it expires', async () => {
    await editor.runCommand('Keyturn: Add Token');
    await editor.pick('New token');
    await editor.answer(jwtThatEnds(290, sandbox.api));
    await editor.answer('staging');
    await editor.pickMany(sandbox.api);
    await editor.pick('Bearer');
    await editor.treeItem(/^staging/).waitFor();
    // It matters to the open file once a request there names it.
    await editor.tab('tour.http').click();
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.insertText(`\n### 18. Staging\n# @token staging\nGET {{sandboxApi}}/\n`);
    const item = editor.statusBarItem(/staging\s+\d+ min/);
    await item.waitFor();
    await eventually('a warning background', async () =>
      (await item.getAttribute('class'))?.includes('warning-kind'),
    );
    for (const [name, theme] of themes) {
      await story.wear(theme);
      await editor.picture(join(pictures, `expiring-${name}.png`));
    }
  });

  test('still holds the token after the window was loaded again', async () => {
    await editor.page.reload();
    await editor.tab('tour.http').waitFor();
    // The window comes back where it was scrolled to, and takes keys only once the editor has the focus.
    const atTop = async () => {
      await editor.tab('tour.http').click();
      await editor.page.keyboard.press('Control+Home');
      return editor.line(listReports).isVisible();
    };
    await expect.poll(atTop, { timeout: 45_000 }).toBe(true);
    await editor.lens(/viewer · \d+ min/).waitFor();
    await editor.clickLens(/^Send$/, editor.line(listReports));
    await editor.inlineTextAt(editor.line(listReports), /200/);
    expect(await story.question().count()).toBe(0);
  });
});
