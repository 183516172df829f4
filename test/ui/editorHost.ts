import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import {
  clipboardPermissions,
  type EditorServer,
  launchChromium,
  quietSettings,
  startEditorServer,
} from '../editor/launcher/browserEditor.mjs';
import { projectFolder } from '../editor/launcher/places.mjs';

export interface HostOptions {
  readonly settings?: Record<string, unknown>;
  /** The folder of another build of Keyturn. */
  readonly keyturn?: string;
  /** Folders of built extensions beside Keyturn. */
  readonly extensions?: readonly string[];
  /** For the extension host. */
  readonly env?: Record<string, string>;
}

/** Free, until the next spec takes it. Starting one takes most of a short spec's time. */
const free: EditorHost[] = [];
// Vitest ends its worker with this signal, and Playwright the browser.
process.once('SIGTERM', () => {
  for (const host of free) host.server.kill();
});

/** An editor's server and a browser in front of it, used by one person at a time. */
export class EditorHost {
  readonly server: EditorServer;
  readonly context: BrowserContext;
  readonly #browser: Browser;
  readonly #isPlain: boolean;

  private constructor(server: EditorServer, browser: Browser, context: BrowserContext, isPlain: boolean) {
    this.server = server;
    this.context = context;
    this.#browser = browser;
    this.#isPlain = isPlain;
  }

  static async take({ settings = {}, keyturn = projectFolder, extensions = [], env = {} }: HostOptions) {
    const isPlain = keyturn === projectFolder && extensions.length === 0 && Object.keys(env).length === 0;
    const known = isPlain ? free.pop() : undefined;
    if (known !== undefined) {
      await known.#use(settings);
      return known;
    }
    const server = await startEditorServer({
      extensions: [keyturn, ...extensions],
      settings: { ...quietSettings, ...settings },
      env,
    });
    const browser = await launchChromium();
    const context = await browser.newContext({ permissions: clipboardPermissions });
    return new EditorHost(server, browser, context, isPlain);
  }

  /** Closes all windows and forgets the person who used them. */
  async giveBack(): Promise<void> {
    if (!this.#isPlain) {
      await this.close();
      return;
    }
    await Promise.all(this.context.pages().map((page) => page.close()));
    const page = await this.context.newPage();
    const session = await this.context.newCDPSession(page);
    await session.send('Storage.clearDataForOrigin', {
      origin: new URL(this.server.address('/')).origin,
      storageTypes: 'cookies,local_storage,indexeddb,service_workers',
    });
    await page.close();
    await rm(join(this.server.dataFolder, 'User'), { recursive: true, force: true, maxRetries: 5 });
    free.push(this);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
  }

  async #use(settings: Record<string, unknown>): Promise<void> {
    const folder = join(this.server.dataFolder, 'User');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }));
  }
}
