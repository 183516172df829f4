/// <reference lib="dom" />
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { EditorHost, type HostOptions } from './editorHost.ts';

export interface OpenOptions extends HostOptions {
  readonly workspace: string;
  /** A file of the workspace that is open from the start. */
  readonly file: string;
  /** Of the browser; 1500 × 840 by default. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

const themeClasses: Readonly<Record<string, string>> = {
  'Default Dark Modern': 'vs-dark',
  'Default High Contrast': 'hc-black',
  'Default High Contrast Light': 'hc-light',
};

/** An editor as a person sees it. Everything is found by what is written on it. */
export class EditorPage {
  readonly page: Page;
  readonly dataFolder: string;
  readonly #address: string;
  readonly #close: () => Promise<void>;

  private constructor(page: Page, dataFolder: string, address: string, close: () => Promise<void>) {
    page.setDefaultTimeout(20_000);
    this.page = page;
    this.dataFolder = dataFolder;
    this.#address = address;
    this.#close = close;
  }

  static async open({
    workspace,
    file,
    viewport = { width: 1500, height: 840 },
    ...options
  }: OpenOptions): Promise<EditorPage> {
    const host = await EditorHost.take(options);
    const address = host.server.address(workspace, [['openFile', join(workspace, file)]]);
    const page = await host.context.newPage();
    await page.setViewportSize(viewport);
    const editor = new EditorPage(page, host.server.dataFolder, address, () => host.giveBack());
    try {
      await editor.#load(file);
    } catch (error) {
      await host.close();
      throw error;
    }
    return editor;
  }

  /** Another window of the same editor, of the same person in the same browser. */
  async another(file: string): Promise<EditorPage> {
    const page = await this.page.context().newPage();
    const size = this.page.viewportSize();
    if (size !== null) await page.setViewportSize(size);
    const window = new EditorPage(page, this.dataFolder, this.#address, () => page.close());
    await window.#load(file);
    return window;
  }

  async #load(file: string): Promise<void> {
    await this.page.goto(this.#address, { timeout: 60_000 });
    await this.tab(file).waitFor({ timeout: 60_000 });
    // What the extension contributes comes a little later than the file.
    await this.page.getByRole('tab', { name: 'Keyturn' }).first().waitFor({ timeout: 60_000 });
  }

  tab(name: string | RegExp): Locator {
    return this.page.locator('.tab').filter({ hasText: name }).first();
  }

  /** Runs a command of the palette by its full title. */
  async runCommand(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input.input');
    const command = this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: title })
      .first();
    // The palette offers what fits when it opens, which a file that just came to the front may be later than. It closes
    // when a view or a document that an earlier command opened takes the focus.
    await eventually(`the command ${title}`, async () => {
      await this.page.keyboard.press('F1');
      const ran = await input
        .fill(`>${title}`, { timeout: 2_000 })
        .then(() => command.click({ timeout: 5_000 }))
        .then(
          () => true,
          () => false,
        );
      if (!ran) await this.page.keyboard.press('Escape');
      return ran;
    });
  }

  /** The input box that is shown; `masked` when it hides what is typed. */
  async answer(text: string): Promise<{ masked: boolean; prompt: string }> {
    const widget = this.page.locator('.quick-input-widget:visible');
    const input = widget.locator('input.input');
    await input.waitFor();
    // The list of a question before this one is still there for a moment.
    await widget.locator('.quick-input-list').waitFor({ state: 'hidden' });
    const masked = (await input.getAttribute('type')) === 'password';
    const prompt = await widget.innerText();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
    // Nor may the next answer go into this box.
    await eventually('the answer to be taken', async () => {
      if (!(await input.isVisible())) return true;
      return (await input.inputValue({ timeout: 1_000 }).catch(() => '')) !== text;
    });
    return { masked, prompt };
  }

  /** Picks an item of a quick pick by its label. */
  async pick(label: string): Promise<void> {
    const rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
    await rows.filter({ hasText: label }).first().click();
  }

  /** Ticks one item of a quick pick that takes several, and confirms. */
  async pickMany(label: string): Promise<void> {
    await this.pick(label);
    await this.page.locator('.quick-input-widget:visible .monaco-button').filter({ hasText: 'OK' }).click();
  }

  /** The whole window, once this theme is on. */
  theme(name: string): Locator {
    return this.page.locator(`.monaco-workbench.${themeClasses[name] ?? 'vs'}`);
  }

  lens(text: string | RegExp, nth = 0): Locator {
    return this.page.locator('.codelens-decoration a').filter({ hasText: text }).nth(nth);
  }

  /** Clicks the lens with this text that stands nearest above a line. */
  async clickLens(text: string | RegExp, line: Locator): Promise<void> {
    // Lenses come and go while the editor paints: one that is gone is looked for again, not waited for.
    const topOf = async (locator: Locator): Promise<number | undefined> =>
      (await locator.boundingBox({ timeout: 1_000 }).catch(() => null))?.y;
    const click = async (): Promise<boolean> => {
      const below = await topOf(line);
      if (below === undefined) return false;
      let nearest: { lens: Locator; y: number } | undefined;
      for (const lens of await this.page.locator('.codelens-decoration a').filter({ hasText: text }).all()) {
        const y = await topOf(lens);
        if (y !== undefined && y < below && (nearest === undefined || y > nearest.y)) nearest = { lens, y };
      }
      // One further up belongs to another request, while this one's is not painted yet.
      if (nearest === undefined || below - nearest.y > 40) return false;
      // Lenses that appear push the lines down: the click waits until nothing moves any more.
      await this.page.waitForTimeout(250);
      if ((await topOf(line)) !== below || (await topOf(nearest.lens)) !== nearest.y) return false;
      await nearest.lens.click({ timeout: 5_000 });
      return true;
    };
    await eventually('a lens above the line', click);
  }

  /** A line on screen by its text. */
  line(text: RegExp): Locator {
    return this.page.locator('.view-line').filter({ hasText: text }).first();
  }

  async closeNotifications(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'hidden' });
  }

  /** The window without its title bar, which says only that this is a test. */
  async picture(path: string): Promise<void> {
    const bar = this.page.locator('.part.titlebar');
    const title = (await bar.isVisible()) ? await bar.boundingBox() : null;
    const { width, height } = this.page.viewportSize() ?? { width: 0, height: 0 };
    const y = title?.height ?? 0;
    await this.page.screenshot({
      path,
      animations: 'disabled',
      clip: { x: 0, y, width, height: height - y },
    });
  }

  /** Rests the mouse on what stands at the end of a line, which must be on screen. */
  async hoverEnd(line: Locator): Promise<Locator> {
    const hover = this.page.locator('.monaco-hover:visible').first();
    await eventually('the hover at the end of the line', async () => {
      // The editor draws its lines anew after a change of theme or of lenses.
      const result = await line
        .locator('span[class*="ced-"]')
        .first()
        .boundingBox({ timeout: 1000 })
        .catch(() => null);
      if (result === null) return false;
      // Only a move shows it.
      await this.page.mouse.move(result.x, result.y + result.height / 2);
      await this.page.mouse.move(result.x + result.width - 30, result.y + result.height / 2, { steps: 3 });
      return hover.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    });
    return hover;
  }

  /** Where nothing reacts to it; the editor takes a moment to hide what it had shown for the mouse. */
  async restMouse(): Promise<void> {
    await this.page.mouse.move(200, 700, { steps: 2 });
    await this.page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
    await this.page.locator('.monaco-sash.hover').first().waitFor({ state: 'detached' });
    await this.page
      .locator('.monaco-scrollable-element > .visible.scrollbar.vertical')
      .first()
      .waitFor({ state: 'detached' });
  }

  /** Makes the first editor group wider by dragging the line between it and the next. */
  async widenFirstGroup(pixels: number): Promise<void> {
    const group = await this.page.locator('.editor-group-container').first().boundingBox();
    if (group === null) throw new Error('There is no editor group.');
    const [x, y] = [group.x + group.width, group.y + group.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + pixels, y, { steps: 5 });
    await this.page.mouse.up();
    await this.restMouse();
  }

  /** Makes the side bar this wide by dragging the line at its end. */
  async narrowSidebar(width: number): Promise<void> {
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    if (bar === null) throw new Error('There is no side bar.');
    const y = bar.y + bar.height / 2;
    await this.page.mouse.move(bar.x + bar.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + width, y, { steps: 5 });
    await this.page.mouse.up();
    await this.restMouse();
  }

  /** What the line with the focus in the view says. */
  async focusedTreeItem(): Promise<string | null> {
    const focused = this.page.locator('.sidebar .monaco-list-row.focused').first();
    return (await focused.isVisible()) ? focused.innerText() : null;
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    const tab = this.page.locator('.tab.active').filter({ hasText: name }).first();
    // Like the palette, it closes when something else takes the focus.
    await eventually(`the file ${name}`, async () => {
      await this.page.keyboard.press('Control+p');
      const input = this.page.locator('.quick-input-widget:visible input.input');
      const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first();
      const isOpen = await input
        .fill(name, { timeout: 2_000 })
        .then(() => row.click({ timeout: 5_000 }))
        .then(() => tab.waitFor({ timeout: 5_000 }))
        .then(
          () => true,
          () => false,
        );
      if (!isOpen) await this.page.keyboard.press('Escape');
      return isOpen;
    });
  }

  /** What decorations add after the text of a line on screen. */
  async #inlineTexts(line: Locator): Promise<string[]> {
    const contents = await line
      .locator('span[class*="ced-"]')
      .evaluateAll((spans) =>
        spans.flatMap((span) =>
          ['::after', '::before'].map((pseudo) => getComputedStyle(span, pseudo).content),
        ),
      );
    return contents
      .filter((content) => content.startsWith('"'))
      .map((content) => content.slice(1, -1).replaceAll('\\"', '"').replaceAll('\u00a0', ' '));
  }

  /** What stands at the end of a line once it looks like `pattern`. */
  async inlineTextAt(line: Locator, pattern: RegExp): Promise<string> {
    let last: string[] = [];
    return eventually(
      () => `an inline text like ${pattern.source}; there was ${JSON.stringify(last)}`,
      async () => {
        last = await this.#inlineTexts(line);
        return last.find((text) => pattern.test(text));
      },
    );
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text }).first();
  }

  treeItem(text: string | RegExp): Locator {
    return this.page.locator('.sidebar [role="treeitem"]').filter({ hasText: text }).first();
  }

  /** Text of the editor group that shows a tab with this name. */
  async groupText(tab: string): Promise<string> {
    const group = this.page
      .locator('.editor-group-container')
      .filter({ has: this.page.locator('.tab', { hasText: tab }) });
    return (await group.locator('.view-lines').first().innerText()).replaceAll('\u00a0', ' ');
  }

  /** A further window only itself, the first one the whole editor. */
  async close(): Promise<void> {
    await this.#close();
  }
}

/** Polls until there is a value; fails with `what` in the message otherwise. */
export async function eventually<Value>(
  what: string | (() => string),
  look: () => Promise<Value | undefined | null | false>,
  withinMs = 20_000,
): Promise<Value> {
  const giveUpAtMs = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > giveUpAtMs) {
      throw new Error(`Not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
