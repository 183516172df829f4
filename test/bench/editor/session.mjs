import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launchChromium, startEditorServer } from '../../editor/launcher/browserEditor.mjs';
import { startServer } from '../support/startServer.mjs';

const inside = fileURLToPath(new URL('inside.cjs', import.meta.url));
const withinMs = 180_000;

const settings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'git.enabled': false,
  'extensions.autoUpdate': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/**
 * Runs in the page before anything else: notes when each mark of a response is first in what is shown, and when the
 * mouse button was last released. Both are milliseconds since the epoch, the one clock that all processes share.
 */
function watchPage() {
  const marks = {};
  window.keyturnBench = { marks, releasedAt: 0 };
  const look = (text) => {
    if (!text?.includes('mark-')) return;
    for (const [mark] of text.matchAll(/mark-\d{6}/g)) marks[mark] ??= Date.now();
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'characterData') look(change.target.data);
      for (const node of change.addedNodes) look(node.textContent);
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
  const released = (event) => {
    window.keyturnBench.releasedAt = Date.now() - (performance.now() - event.timeStamp);
  };
  window.addEventListener('mouseup', released, true);
}

/** Clicks the lens over the only request, each time until the response's mark is shown; returns when it was clicked. */
async function clickLens(page, title, times) {
  const lens = page
    .locator('.codelens-decoration a')
    .filter({ hasText: new RegExp(`^\\s*${title}\\s*$`) })
    .first();
  const starts = [];
  for (let n = 0; n < times; n++) {
    const shown = await page.evaluate(() => Object.keys(window.keyturnBench.marks).length);
    await lens.click({ timeout: 20_000 });
    starts.push(await page.evaluate(() => window.keyturnBench.releasedAt));
    await page.waitForFunction((before) => Object.keys(window.keyturnBench.marks).length > before, shown, {
      timeout: 10_000,
    });
    await wait(600);
  }
  return starts;
}

async function until(test, limitMs) {
  for (const end = Date.now() + limitMs; !test(); await wait(50)) {
    if (Date.now() > end) throw new Error(`The editor did not come so far within ${limitMs / 1000} s.`);
  }
}

/** Milliseconds from each start to the server and to the screen, of the request that the start caused. */
function delays(starts, arrivals, shown) {
  const marks = Object.keys(arrivals).sort();
  return starts.map((start, n) => {
    const end = starts[n + 1] ?? Infinity;
    // A millisecond of tolerance: the clock's own grain.
    const mark = marks.find((one) => arrivals[one] >= start - 1 && arrivals[one] < end);
    return mark === undefined || shown[mark] === undefined
      ? { atServer: NaN, onScreen: NaN }
      : { atServer: arrivals[mark] - start, onScreen: shown[mark] - start };
  });
}

function manyRequests(count) {
  return Array.from(
    { length: count },
    (_, n) => `### request ${n}\nGET http://127.0.0.1:9/items/${n}\nAuthorization: Bearer abc\n`,
  ).join('\n');
}

/**
 * One fresh editor with one extension under development, from its activation to the lenses of a large file.
 * @param {{ folder: string, id: string, send: string, lens: string }} subject
 * @param {{ sends: number, clicks: number, largeFiles: number, editsEach: number, requests: number }} amounts
 */
export async function measureInEditor(subject, amounts) {
  const server = await startServer();
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  // Outside of the workspace, so that nothing is activated by what a folder holds.
  const requestFile = join(folder, 'one.http');
  await writeFile(requestFile, `### one\nGET ${server.origin}/items/1\nAccept: application/json\n`);
  const largeFiles = Array.from({ length: amounts.largeFiles }, (_, n) => join(folder, `many${n}.http`));
  for (const file of largeFiles) await writeFile(file, manyRequests(amounts.requests));
  const plan = {
    id: subject.id,
    send: subject.send,
    sends: amounts.sends,
    editsEach: amounts.editsEach,
    requestFile,
    largeFiles,
    readyToClick: join(folder, 'readyToClick'),
    clicked: join(folder, 'clicked'),
    result: join(folder, 'result.json'),
  };
  let editor;
  let browser;
  let page;
  try {
    editor = await startEditorServer({
      workspace,
      extensions: [subject.folder],
      settings,
      testDriver: true,
      env: { KEYTURN_BENCH_PLAN: JSON.stringify(plan) },
    });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.addInitScript(watchPage);
    // The inner server has no key for the secret storage, so the page brings one.
    await page.route('**/mint-key', (route) => route.fulfill({ body: randomBytes(32) }));
    await page.exposeFunction('codeAutomationLog', () => undefined);
    let exited = false;
    await page.exposeFunction('codeAutomationExit', () => (exited = true));
    await page.goto(editor.address([['extensionTestsPath', inside]]));

    await until(() => existsSync(plan.readyToClick) || existsSync(plan.result) || exited, withinMs);
    const clickStarts = !existsSync(plan.readyToClick)
      ? []
      : await clickLens(page, subject.lens, amounts.clicks);
    await writeFile(plan.clicked, '');
    await until(() => existsSync(plan.result) || exited, withinMs);
    if (!existsSync(plan.result)) throw new Error('The extension host ended without a result.');
    const found = JSON.parse(await readFile(plan.result, 'utf8'));
    if (found.error !== undefined) throw new Error(found.error);
    const shown = await page.evaluate(() => window.keyturnBench.marks);
    const arrivals = await server.ask('/marks');
    const { activation, commandStarts, lenses } = found;
    // One list of starts, so that each request belongs to the last start before it.
    const all = delays([...commandStarts, ...clickStarts], arrivals, shown);
    return {
      activation,
      commands: all.slice(0, commandStarts.length),
      clicks: all.slice(commandStarts.length),
      lenses,
    };
  } catch (error) {
    await page
      ?.screenshot({ path: join(tmpdir(), `keyturn-bench-${subject.id}.png`) })
      .catch(() => undefined);
    throw error;
  } finally {
    await browser?.close();
    await editor?.close();
    server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
