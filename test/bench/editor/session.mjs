import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from '../support/startServer.mjs';
import { inEditor, manyRequests } from './host.mjs';

const inside = fileURLToPath(new URL('inside.cjs', import.meta.url));

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

/**
 * One fresh editor with one extension under development, from its activation to the lenses of a large file.
 * @param {{ folder: string, id: string, send: string, lens: string }} subject
 * @param {{ sends: number, clicks: number, largeFiles: number, editsEach: number, requests: number }} amounts
 */
export async function measureInEditor(subject, amounts) {
  const server = await startServer();
  const prepare = async (folder) => {
    const requestFile = join(folder, 'one.http');
    await writeFile(requestFile, `### one\nGET ${server.origin}/items/1\nAccept: application/json\n`);
    const largeFiles = Array.from({ length: amounts.largeFiles }, (_, n) => join(folder, `many${n}.http`));
    for (const file of largeFiles) await writeFile(file, manyRequests(amounts.requests));
    return {
      send: subject.send,
      sends: amounts.sends,
      editsEach: amounts.editsEach,
      requestFile,
      largeFiles,
      readyToClick: join(folder, 'readyToClick'),
      clicked: join(folder, 'clicked'),
    };
  };
  const drive = async (page, plan, reached) => {
    const ready = await reached(plan.readyToClick);
    const clickStarts = ready ? await clickLens(page, subject.lens, amounts.clicks) : [];
    await writeFile(plan.clicked, '');
    await reached(plan.result);
    return { clickStarts, shown: await page.evaluate(() => window.keyturnBench.marks) };
  };
  try {
    const { activation, commandStarts, lenses, clickStarts, shown } = await inEditor(subject, {
      inside,
      watchPage,
      prepare,
      drive,
    });
    // One list of starts, so that each request belongs to the last start before it.
    const all = delays([...commandStarts, ...clickStarts], await server.ask('/marks'), shown);
    return {
      activation,
      commands: all.slice(0, commandStarts.length),
      clicks: all.slice(commandStarts.length),
      lenses,
    };
  } finally {
    server.stop();
  }
}
