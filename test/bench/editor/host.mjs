import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launchChromium, startEditorServer } from '../../editor/launcher/browserEditor.mjs';

const withinMs = 300_000;

const settings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'git.enabled': false,
  'extensions.autoUpdate': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/**
 * One fresh editor with one extension under development. `prepare(folder)` writes the files that are opened, outside of
 * the workspace so that nothing is activated by what a folder holds, and returns the plan for `inside`, the script in
 * the extension host; `drive` works the page meanwhile. Returns what the script left in `plan.result`.
 * @param {{ folder: string, id: string }} subject
 * @param {{
 *   inside: string,
 *   watchPage?: () => void,
 *   prepare: (folder: string) => Promise<object>,
 *   drive?: (page: import('playwright-core').Page, plan: object, reached: (file: string) => Promise<boolean>) => Promise<object>,
 * }} work
 */
export async function inEditor(subject, { inside, watchPage, prepare, drive }) {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  const workspace = join(folder, 'workspace');
  let editor;
  let browser;
  let page;
  try {
    await mkdir(workspace);
    const plan = { ...(await prepare(folder)), id: subject.id, result: join(folder, 'result.json') };
    editor = await startEditorServer({
      extensions: [subject.folder],
      settings,
      testDriver: true,
      env: { KEYTURN_BENCH_PLAN: JSON.stringify(plan) },
    });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    if (watchPage !== undefined) await page.addInitScript(watchPage);
    // The inner server has no key for the secret storage, so the page brings one.
    await page.route('**/mint-key', (route) => route.fulfill({ body: randomBytes(32) }));
    await page.exposeFunction('codeAutomationLog', () => undefined);
    let exited = false;
    await page.exposeFunction('codeAutomationExit', () => (exited = true));
    await page.goto(editor.address(workspace, [['extensionTestsPath', inside]]));

    /** True when the script wrote the file; false when it ended before. */
    const reached = async (file) => {
      await until(() => existsSync(file) || existsSync(plan.result) || exited, withinMs);
      return existsSync(file);
    };
    const driven = (await drive?.(page, plan, reached)) ?? {};
    if (!(await reached(plan.result))) throw new Error('The extension host ended without a result.');
    const found = JSON.parse(await readFile(plan.result, 'utf8'));
    if (found.error !== undefined) throw new Error(found.error);
    return { ...found, ...driven };
  } catch (error) {
    await page
      ?.screenshot({ path: join(tmpdir(), `keyturn-bench-${subject.id}.png`) })
      .catch(() => undefined);
    throw error;
  } finally {
    await browser?.close();
    await editor?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function until(test, limitMs) {
  for (const end = Date.now() + limitMs; !test(); await wait(50)) {
    if (Date.now() > end) throw new Error(`The editor did not come so far within ${limitMs / 1000} s.`);
  }
}

/** The text of a `.http` file with this many requests. */
export function manyRequests(count, origin = 'http://127.0.0.1:9') {
  return Array.from(
    { length: count },
    (_, n) => `### request ${n}\nGET ${origin}/items/${n}\nAuthorization: Bearer abc\n`,
  ).join('\n');
}
