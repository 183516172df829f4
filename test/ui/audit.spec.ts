import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { createAuditLog } from '../../src/audit/auditLog.ts';
import { systemClock } from '../../src/base/clock.ts';
import { tokenEvent } from '../../src/base/auditEvent.ts';
import { type EditorPage, eventually } from './editorPage.ts';
import { beginFolder, beginStory, type Story } from './story.ts';

// The view of the audit log while other windows and commands write to the log.

let story: Story;
let editor: EditorPage;

beforeAll(async () => {
  const workspace = await beginFolder('audit', { 'requests.http': 'GET http://127.0.0.1:9/\n' });
  story = await beginStory('audit', { workspace, file: 'requests.http' });
  editor = story.editor;
  await write('old', 150);
  await editor.runCommand('Keyturn: Show Audit Log');
  await rows().first().waitFor();
});

/** Writes as another process does: nothing but the folder of the log connects it with the window. */
async function write(name: string, count: number): Promise<void> {
  const log = createAuditLog({
    folder: join(editor.dataFolder, 'User/globalStorage/keyturn.keyturn/audit'),
    clock: systemClock,
    mask: (text) => text,
    secrets: () => null,
    retentionDays: () => 90,
    report: (error) => expect.fail(error.message),
  });
  for (let index = 0; index < count; index++) {
    log.record(tokenEvent('copied', { name: `${name}-${index}`, accessToken: null }, 'test'));
  }
  await log.dispose();
}

function view(): Locator {
  return editor.page.locator('.pane').filter({ hasText: 'Audit Log' });
}

function rows(): Locator {
  return view().locator('.monaco-list-row').filter({ hasText: 'copied' });
}

function description(text: string): Promise<unknown> {
  return eventually(text, async () => ((await view().textContent()) ?? '').includes(text));
}

test('shows what others write without a click, and keeps what is selected', async () => {
  await write('new', 2);
  await description('152 of 152 events');
  await rows().filter({ hasText: 'new-1' }).click();
  await write('later', 3);
  await description('155 of 155 events');
  await rows().filter({ hasText: 'later-2' }).waitFor();
  const selected = view().locator('.monaco-list-row.selected');
  expect(await selected.getAttribute('aria-label')).toContain('new-1');
  expect(await selected.getAttribute('class')).toContain('focused');
  await story.picture('follows');
});

test('keeps the filter: what does not pass only counts', async () => {
  await editor.runCommand('Keyturn: Filter Audit Log…');
  await editor.answer('old-14');
  await description('11 of 155 events');
  await write('other', 4);
  await description('11 of 159 events');
  expect(await view().textContent()).toContain('Filter: old-14');
  await write('old-14x', 1);
  await description('12 of 160 events');
  await rows().filter({ hasText: 'old-14x' }).waitFor();
});

test('keeps a day folded, which says how many events it has', async () => {
  const day = view().locator('.monaco-list-row[aria-level="1"]').first();
  expect(await day.getAttribute('aria-label')).toMatch(/^\d{4}-\d\d-\d\d, 12 events shown/);
  await day.click();
  await rows().first().waitFor({ state: 'hidden' });
  await write('old-14y', 1);
  await description('13 of 161 events');
  await eventually('the new number', async () =>
    ((await day.getAttribute('aria-label')) ?? '').includes(', 13 events shown'),
  );
  expect(await rows().count()).toBe(0);
});

test('reads nothing out, and shows no notification', async () => {
  const live = editor.page.locator('.monaco-aria-container');
  expect(await live.textContent()).not.toMatch(/old-14|later|events/);
  expect(await editor.page.locator('.notification-toast').count()).toBe(0);
});
