// A real editor in a browser: code-server's server and workbench, driven through Chromium.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArguments, ensureChromium } from './chromium.mjs';
import { ensureCodeServer, killServer, startServer, stopServer } from './codeServer.mjs';
import { findNode } from './places.mjs';

/**
 * @typedef {object} EditorOptions
 * @property {string[]} extensions folders of built extensions
 * @property {boolean} [trustWorkspaces] true unless a test is about restricted mode
 * @property {Record<string, unknown>} [settings] of the machine, below those of the workspace
 * @property {Record<string, string | undefined>} [env] for the extension host
 * @property {boolean} [testDriver] the server can run tests in the extension host
 *
 * @typedef {object} EditorServer
 * @property {string} dataFolder where the server keeps logs and data
 * @property {(workspace: string, extra?: [name: string, path: string][]) => string} address opens a folder or a `.code-workspace` file with the extensions, given more launch arguments
 * @property {() => Promise<void>} close
 * @property {() => void} kill the same at once, for a process that ends
 */

/**
 * @param {EditorOptions} options
 * @returns {Promise<EditorServer>}
 */
export async function startEditorServer(options) {
  const server = await ensureCodeServer();
  const port = await freePort();
  const dataFolder = await mkdtemp(join(tmpdir(), 'keyturn-editor-'));
  // A window in a browser takes one extension under development; the others count as installed.
  const underDevelopment = options.testDriver ? options.extensions.slice(0, 1) : [];
  const installed = options.extensions.slice(underDevelopment.length);
  await linkExtensions(installed, join(dataFolder, 'extensions'));
  const child = await startServer({
    node: findNode(),
    server,
    port,
    dataFolder,
    settings: options.settings ?? {},
    testDriver: options.testDriver ?? false,
    trustWorkspaces: options.trustWorkspaces ?? true,
    env: options.env,
  });
  const address = (workspace, extra = []) => {
    const query = new URLSearchParams({
      [workspace.endsWith('.code-workspace') ? 'workspace' : 'folder']: workspace,
      payload: JSON.stringify([
        ...underDevelopment.map((path) => ['extensionDevelopmentPath', inEditor(port, path)]),
        ...extra.map(([name, path]) => [name, inEditor(port, path)]),
      ]),
    });
    return `http://127.0.0.1:${port}/?${query}`;
  };
  return {
    dataFolder,
    address,
    async close() {
      await stopServer(child);
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
    },
    kill() {
      killServer(child);
      rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The outer server knows no extensions under development, but takes a link for an installed one. */
async function linkExtensions(extensions, installed) {
  await mkdir(installed);
  for (const path of extensions) {
    const { publisher, name, version } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    await symlink(path, join(installed, `${publisher}.${name}-${version}`), 'junction');
  }
}

/**
 * Runs a module with `run()` inside the extension host and returns its exit code.
 * @param {EditorOptions & { workspace: string, tests: string, withinMs: number, print: (line: string) => void }} options
 */
export async function runInEditor(options) {
  const server = await startEditorServer({ ...options, testDriver: true });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({
      viewport: { width: 1400, height: 900 },
      permissions: clipboardPermissions,
    });
    const exited = new Promise((resolve, reject) => {
      setTimeout(
        () => reject(new Error(`The tests did not end within ${options.withinMs / 1000} s.`)),
        options.withinMs,
      ).unref();
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
      page.on('crash', () => reject(new Error('The browser page crashed.')));
    });
    // The inner server has no key for the secret storage, so this page brings one.
    await page.route('**/mint-key', (route) => route.fulfill({ body: randomBytes(32) }));
    await page.exposeFunction('codeAutomationLog', (_type, args) =>
      options.print(args.map(String).join(' ')),
    );
    await page.goto(server.address(options.workspace, [['extensionTestsPath', options.tests]]));
    return Number(await exited);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Quiet: what these tests look at is the extension, not the editor's own offers. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'editor.fontSize': 13,
  'editor.scrollbar.horizontal': 'hidden',
  'editor.cursorBlinking': 'solid',
  'window.commandCenter': false,
  'extensions.ignoreRecommendations': true,
};

/** The editor's clipboard is the browser's. */
export const clipboardPermissions = ['clipboard-read', 'clipboard-write'];

export async function launchChromium() {
  return chromium.launch({
    executablePath: await ensureChromium(),
    args: chromiumArguments,
  });
}

function inEditor(port, path) {
  return `vscode-remote://127.0.0.1:${port}${path}`;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
