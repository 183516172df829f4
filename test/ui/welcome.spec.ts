/// <reference lib="dom" />
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Frame, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { ensureCodeServer } from '../editor/launcher/codeServer.mjs';
import { type EditorPage, eventually } from './editorPage.ts';
import { beginFolder, beginStory, highContrastThemes, type Story, themes } from './story.ts';

// A first user: installs the VSIX, looks at its page, and goes through the walkthrough in the tour.

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const allThemes = [...themes, ...highContrastThemes];
/** The editor names the tab anew when it has read the walkthrough. */
const walkthroughTab = /Welcome|Get Started with Keyturn/;
const screen = { width: 1280, height: 720 };

let story: Story;
let editor: EditorPage;
/** The window of the tour. */
let tour: Page;

beforeAll(async () => {
  const workspace = await beginFolder('welcome', { 'own.http': 'GET https://api.example.com/\n' });
  story = await beginStory('welcome', { workspace, file: 'own.http', keyturn: await installedExtension() });
  editor = story.editor;
  await editor.page.setViewportSize(screen);
}, 300_000);

/** The folder into which the editor itself unpacks the VSIX. */
async function installedExtension(): Promise<string> {
  const folder = await beginFolder('vsix');
  const [vsix, extensions] = [join(folder, 'keyturn.vsix'), join(folder, 'extensions')];
  await run(process.execPath, ['scripts/package.ts', '--no-build', '--out', vsix], { cwd: project });
  const entry = join(await ensureCodeServer(), '../../out/node/entry.js');
  const places = ['--extensions-dir', extensions, '--user-data-dir', join(folder, 'user')];
  await run(process.execPath, [entry, '--install-extension', vsix, ...places]);
  const installed = (await readdir(extensions)).find((name) => name.startsWith('keyturn.'));
  if (installed === undefined) throw new Error('The VSIX was not installed.');
  return join(extensions, installed);
}

function step(page: Page, id: string) {
  return page.locator(`[data-step-id="${manifest.publisher}.${manifest.name}#firstSteps#${id}"]`);
}

const isDone = (page: Page, id: string) =>
  eventually(
    `the step ${id} to be done`,
    async () => (await step(page, id).getAttribute('aria-checked')) === 'true',
    30_000,
  );

/** The page that a webview shows, once it holds this text. */
async function webview(text: RegExp): Promise<Frame> {
  return eventually('the text of the page', async () => {
    for (const frame of editor.page.frames()) {
      const shown = await frame
        .locator('body')
        .innerText({ timeout: 500 })
        .catch(() => '');
      if (frame.name() !== '' && text.test(shown)) return frame;
    }
    return null;
  });
}

describe('the page of the extension', () => {
  test('shows no broken picture, and no link that leads nowhere', async () => {
    await editor.runCommand('Extensions: Show Installed Extensions');
    // The list waits for the gallery, which cannot be reached everywhere.
    const listed = editor.page.locator('.extension-list-item').filter({ hasText: 'Keyturn' }).first();
    await listed.click({ timeout: 90_000 });
    const page = await webview(/Keyturn: token-aware API testing/);
    const broken = await page
      .locator('img')
      .evaluateAll((images) =>
        images
          .filter((image) => image instanceof HTMLImageElement && image.naturalWidth === 0)
          .map(({ outerHTML }) => outerHTML),
      );
    expect(broken).toEqual([]);
    const targets = await page
      .locator('a[href]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(targets.filter((target) => !/^(?:https?:|#|mailto:)/.test(target))).toEqual([]);
    await story.pictures('page', allThemes);
  });
});

describe('the walkthrough', () => {
  test('shows a picture for each step in the colours of each theme', async () => {
    // The editor leaves the pictures out where there is no room for them.
    await editor.runCommand('View: Close Primary Side Bar');
    await editor.runCommand('Keyturn: Open Walkthrough');
    for (const id of ['sandbox', 'send', 'token', 'expired', 'scope', 'ownApi']) {
      await step(editor.page, id).click();
      await expect.poll(() => step(editor.page, id).getAttribute('aria-expanded')).toBe('true');
      await eventually('the drawing', async () => {
        for (const frame of editor.page.frames()) {
          if (
            (await frame
              .locator('svg[role="img"] text')
              .count()
              .catch(() => 0)) > 3
          )
            return true;
        }
        return false;
      });
      // The drawing of the step before is replaced.
      await editor.page.waitForTimeout(500);
      await story.pictures(`walkthrough-${id}`, allThemes);
    }
  });

  test('opens the tour, whose window starts the sandbox and waits at its requests', async () => {
    await step(editor.page, 'sandbox').click();
    const [opened] = await Promise.all([
      editor.page.context().waitForEvent('page'),
      step(editor.page, 'sandbox').getByRole('button', { name: 'Open Tour' }).click(),
    ]);
    tour = opened;
    tour.setDefaultTimeout(30_000);
    await tour.setViewportSize(screen);
    await tour.locator('.tab.active').filter({ hasText: 'tour.http' }).waitFor({ timeout: 60_000 });
    await tour.locator('.tab').filter({ hasText: walkthroughTab }).waitFor();
    await tour.locator('.notification-toast').filter({ hasText: 'The sandbox is running' }).waitFor();
    await tour.locator('.statusbar-item').filter({ hasText: 'sandbox' }).first().waitFor();
    await story.picture('tour', tour);
  });

  test('completes itself while a person sends, sees the token, lets it expire and asks for too much', async () => {
    await send('listReports');
    await shows(/200/);
    await tour.getByRole('tab', { name: 'Keyturn' }).first().click();
    await tour
      .locator('.sidebar [role="treeitem"]')
      .filter({ hasText: /^viewer/ })
      .first()
      .waitFor();
    // A token that was issued in the same second does not count as expired.
    await tour.waitForTimeout(1_100);
    await send('expireTokens');
    await send('listReports');
    await send('addReportAsViewer');
    await shows(/403/);
    await story.picture('tour-sent', tour);
    await tour.locator('.tab').filter({ hasText: walkthroughTab }).click();
    for (const id of ['sandbox', 'send', 'token', 'expired', 'scope']) await isDone(tour, id);
    expect(await step(tour, 'ownApi').getAttribute('aria-checked')).toBe('false');
    await story.picture('walkthrough-done', tour);
  });
});

/** Puts the cursor at a request by its name, and sends it by the keyboard. */
async function send(name: string): Promise<void> {
  await tour.locator('.tab').filter({ hasText: 'tour.http' }).click();
  await tour.keyboard.press('Control+F');
  const find = tour.locator('.find-widget:visible textarea').first();
  await find.fill(`@name ${name}`);
  await find.press('Enter');
  // The first one may come before the search is done, and is lost then.
  await expect
    .poll(async () => {
      await tour.keyboard.press('Escape');
      return tour.locator('.find-widget.visible').count();
    })
    .toBe(0);
  await tour.keyboard.press('Control+Alt+R');
  await tour.waitForTimeout(1_500);
}

/** What stands at the end of a line on screen. */
async function shows(pattern: RegExp): Promise<void> {
  await eventually(`${pattern.source} at a line`, async () => {
    const texts = await tour
      .locator('.view-line span[class*="ced-"]')
      .evaluateAll((spans) => spans.map((span) => getComputedStyle(span, '::after').content));
    return texts.some((text) => pattern.test(text));
  });
}
