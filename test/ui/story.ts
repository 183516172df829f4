import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { EditorPage, eventually, type OpenOptions } from './editorPage.ts';

// What all specs of this folder begin with, and what a person does and sees in each of them.

const project = join(import.meta.dirname, '../..');
const results = join(project, 'test-results');

/** Pictures are for people to look at, and take a third of the time. */
const takesPictures = process.env['KEYTURN_PICTURES'] === '1';

export const themes = [
  ['light', 'Default Light Modern'],
  ['dark', 'Default Dark Modern'],
] as const;

export const highContrastThemes = [
  ['high-contrast', 'Default High Contrast'],
  ['high-contrast-light', 'Default High Contrast Light'],
] as const;

/** Undone in reverse order when the spec has ended, however far its beginning came. */
const cleanups: (() => Promise<void> | void)[] = [];

/** What one spec began; the specs of a worker share this file. */
export async function undoAll(): Promise<void> {
  // One that fails keeps none of the others from being done.
  const failures: unknown[] = [];
  for (const cleanup of cleanups.splice(0).reverse()) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be undone.');
}

export function undoneAtEnd(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

/** The learning sandbox in its own process, on ports of its own. */
export async function beginSandbox(windowSeconds = 3600, limit = 5000): Promise<Sandbox> {
  const sandbox = await startSandbox({
    entry: join(project, 'dist/sandbox/sandbox.js'),
    issuerPort: 0,
    apiPort: 0,
    lifetimeSeconds: 900,
    limit,
    windowSeconds,
  });
  undoneAtEnd(() => sandbox.stop());
  return sandbox;
}

/** A temporary folder; files are written to it as they are, or as JSON. */
export async function beginFolder(
  name: string,
  files: Readonly<Record<string, string | object>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `keyturn-${name}-`));
  undoneAtEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | object>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(
      join(folder, path),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    );
  }
}

/** Requests of one file. */
export function requests(...texts: readonly string[]): string {
  return texts.join('\n###\n');
}

/** Opens the editor; its last state is in `test-results` when the spec has ended, where it is easier seen than told. */
export async function beginStory(name: string, options: OpenOptions): Promise<Story> {
  await mkdir(join(results, 'pictures'), { recursive: true });
  const editor = await EditorPage.open(options);
  undoneAtEnd(() => editor.close());
  undoneAtEnd(() => editor.picture(join(results, `ui-${name}-last.png`)));
  return new Story(name, editor, options.workspace);
}

/** One person in front of one editor. */
export class Story {
  readonly editor: EditorPage;
  readonly #name: string;
  readonly #folder: string;

  constructor(name: string, editor: EditorPage, folder: string) {
    this.#name = name;
    this.editor = editor;
    this.#folder = folder;
  }

  /** The same person in another window of the same editor. */
  async another(file: string): Promise<Story> {
    return new Story(this.#name, await this.editor.another(file), this.#folder);
  }

  /** `test-results/pictures/<story>-<name>.png`, with KEYTURN_PICTURES=1. */
  async picture(name: string, page?: Page): Promise<void> {
    if (!takesPictures) return;
    const path = join(results, 'pictures', `${this.#name}-${name}.png`);
    await (page === undefined ? this.editor.picture(path) : page.screenshot({ path }));
  }

  /** One picture in each theme, with KEYTURN_PICTURES=1; ends in the first of them. */
  async pictures(name: string, inThemes: readonly (readonly [string, string])[] = themes): Promise<void> {
    // Nothing shall be shown for where the mouse rests.
    await this.editor.page.mouse.move(200, 700);
    if (!takesPictures) return;
    for (const [suffix, theme] of inThemes) {
      await this.wear(theme);
      await this.picture(`${name}-${suffix}`);
    }
    await this.wear(themes[0][1]);
  }

  /** The same on a larger screen as well. */
  async picturesOnScreens(
    name: string,
    inThemes: readonly (readonly [string, string])[] = themes,
  ): Promise<void> {
    await this.pictures(name, inThemes);
    if (!takesPictures) return;
    const { page } = this.editor;
    const usual = page.viewportSize();
    await page.setViewportSize({ width: 1500, height: 900 });
    await this.pictures(`${name}-1500`, inThemes);
    if (usual !== null) await page.setViewportSize(usual);
  }

  async wear(theme: string): Promise<void> {
    await writeFiles(this.#folder, { '.vscode/settings.json': { 'workbench.colorTheme': theme } });
    await this.editor.theme(theme).waitFor();
  }

  notification(text: string | RegExp): Locator {
    return this.editor.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  clearNotifications(): Promise<void> {
    return this.editor.runCommand('Notifications: Clear All Notifications');
  }

  /** The modal dialog. */
  dialog(): Locator {
    return this.editor.page.locator('.monaco-dialog-box');
  }

  async press(button: string): Promise<void> {
    const pressed = this.dialog().getByRole('button', { name: button, exact: true });
    await pressed.click();
    await pressed.waitFor({ state: 'hidden' });
  }

  /** Quick picks and input boxes. */
  question(): Locator {
    return this.editor.page.locator('.quick-input-widget:visible');
  }

  menu(action: string): Locator {
    return this.editor.page.locator('.monaco-menu .action-item').filter({ hasText: action }).first();
  }

  async openTokens(): Promise<void> {
    await this.editor.page.getByRole('tab', { name: 'Keyturn' }).first().click();
  }

  /** Clicks the button at the end of a line of the tree. */
  async clickInline(token: RegExp, action: string): Promise<void> {
    const item = this.editor.treeItem(token);
    await item.hover();
    await item.getByRole('button', { name: action }).click();
  }

  /** Chooses from the menu of the right button. */
  async choose(token: RegExp, action: string): Promise<void> {
    await this.editor.treeItem(token).click({ button: 'right' });
    await this.menu(action).waitFor();
    // A menu takes no click in its first moment, so that the one that opened it chooses nothing.
    await this.editor.page.waitForTimeout(400);
    await this.menu(action).click();
    await this.menu(action).waitFor({ state: 'hidden' });
  }

  /** What the tree says of a token. */
  async treeSays(token: RegExp, text: RegExp): Promise<void> {
    let last = '';
    await eventually(
      () => `${text.source} in the tree; there was ${last}`,
      async () => {
        last = await this.editor.treeItem(token).innerText();
        return text.test(last);
      },
    );
  }

  async paste(name: string, token: string): Promise<void> {
    await this.editor.runCommand('Keyturn: Paste Token');
    await this.editor.pick(name);
    await this.editor.answer(token);
  }

  /** Names a file in the editor's own dialog, once that has proposed one. */
  async chooseFile(path: string): Promise<void> {
    const input = this.question().locator('input.input');
    await eventually('the question for a file', async () => (await input.inputValue()).startsWith('/'));
    await eventually('the file to be taken', async () => {
      // It proposes another one while it looks at the folder.
      await input.fill(path, { timeout: 1_000 }).catch(() => undefined);
      await this.editor.page.waitForTimeout(500);
      if ((await input.inputValue({ timeout: 1_000 }).catch(() => '')) !== path) return false;
      await this.editor.page.keyboard.press('Enter');
      await this.editor.page.waitForTimeout(500);
      return (await input.inputValue({ timeout: 1_000 }).catch(() => '')) !== path;
    });
  }

  /** The editor shows no more than three new notifications within 800 ms: nobody is as quick as a test. */
  unhurried(): Promise<void> {
    return this.editor.page.waitForTimeout(1000);
  }

  /** The page that the editor opens. */
  async openedBy(act: () => Promise<unknown>): Promise<Page> {
    const [opened] = await Promise.all([this.editor.page.waitForEvent('popup'), act()]);
    opened.setDefaultTimeout(20_000);
    await opened.waitForURL(/^http/);
    await opened.waitForLoadState();
    return opened;
  }
}

/** Clicks through the provider's pages; who signed in before is not asked again. */
export async function signInOn(page: Page, person: string): Promise<void> {
  const someone = page.getByRole('button', { name: person });
  const allow = page.getByRole('button', { name: 'Allow' });
  await someone.or(allow).first().waitFor();
  if (await someone.isVisible()) await someone.click();
  await allow.click();
}

/** The page after a sign-in, which says that it can be closed. */
export async function endOf(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
  await page.close();
}
