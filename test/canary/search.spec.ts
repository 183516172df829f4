import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditCsv, auditJson } from '../../src/audit/export.ts';
import type { AuditEntry } from '../../src/audit/read.ts';
import { EditorPage, eventually } from '../ui/editorPage.ts';
import { findSecrets, splitForms, writtenForms } from './forms.ts';
import { everyKind } from './kinds.ts';
import { browserStorage, scanFolder, scanOutput, scanPage } from './scan.ts';

// A search that finds nothing proves nothing unless it finds what is there. An extension beside Keyturn leaks a secret of
// each kind, unmasked, into each place that the other tests of this folder look through; the same search must find it.

const secrets = everyKind();
const kinds = Object.keys(secrets);

describe('in a text', () => {
  test.each(kinds)('%s is found in every form', (kind) => {
    const secret = secrets[kind] ?? '';
    const found = (text: string) => findSecrets(`before ${text} after`, { secret }).length > 0;
    const missed = [...writtenForms(secret), ...splitForms(secret)].filter((text) => !found(text));
    expect(missed).toEqual([]);
  });

  test('nothing is found where nothing is, nor for a part of it alone', () => {
    expect(findSecrets('nothing '.repeat(1000), secrets)).toEqual([]);
    for (const [kind, secret] of Object.entries(secrets)) {
      expect(findSecrets(secret.slice(0, -4), { [kind]: secret })).toEqual([]);
    }
  });
});

describe('in what is exported from the audit log', () => {
  const entries = Object.values(secrets).map((secret): AuditEntry => ({
    id: '1',
    time: '2026-01-01T00:00:00.000Z',
    action: 'used',
    token: 'viewer',
    fingerprint: null,
    origin: null,
    method: null,
    path: null,
    status: null,
    error: null,
    cause: 'x',
    detail: secret,
    unusual: [],
  }));

  test.each([
    ['CSV', auditCsv],
    ['JSON', auditJson],
  ])('as %s', (_name, format) => {
    expect(findSecrets(format(entries), secrets)).toEqual(kinds);
  });
});

test.each(['stdout', 'stderr'])('in what a program writes to %s', async (stream) => {
  const text = JSON.stringify(Object.values(secrets).join('\n'));
  const child = spawn(process.execPath, ['-e', `process.${stream}.write(${text})`]);
  const { findings } = await scanOutput(child, 'program', secrets);
  expect(findings.map(({ secret }) => secret)).toEqual(kinds);
});

describe('in an editor', () => {
  let folder: string;
  let editor: EditorPage;
  const cleanups: (() => Promise<void>)[] = [];
  const planted = () => join(folder, 'planted');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyturn-search-'));
    cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    await Promise.all(['workspace', 'tmp'].map((name) => mkdir(join(folder, name))));
    await writeFile(join(folder, 'workspace/a.http'), 'GET https://api.example.com/\n');
    editor = await EditorPage.open({
      workspace: join(folder, 'workspace'),
      file: 'a.http',
      extensions: [join(import.meta.dirname, 'planter')],
      env: { TMPDIR: join(folder, 'tmp'), CANARY_PLANTED: planted() },
    });
    cleanups.push(() => editor.close());
  });

  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  /** Others for each place: what an editor hides again stays on its page. */
  async function plant(): Promise<Record<string, string>> {
    const fresh = everyKind();
    await writeFile(planted(), Object.values(fresh).join('\n'));
    return fresh;
  }

  const onPage = async (fresh: Record<string, string>) =>
    (await scanPage(editor.page, 'now', fresh)).map(({ secret }) => secret);

  test('nothing is found before it is planted', async () => {
    const fresh = await plant();
    expect(await onPage(fresh)).toEqual([]);
    expect(await scanFolder(editor.dataFolder, fresh)).toEqual([]);
  });

  test('in a hover over a line', async () => {
    const fresh = await plant();
    await editor.line(/api\.example\.com/).click();
    await eventually('the hover', async () => {
      await editor.runCommand('Show or Focus Hover');
      await editor.page.waitForTimeout(2000);
      return (await onPage(fresh)).length === kinds.length;
    });
    await editor.page.mouse.move(900, 500);
  });

  test('in a tooltip of a tree', async () => {
    const fresh = await plant();
    await editor.runCommand('Explorer: Focus on Planter View');
    await eventually('the tooltip', async () => {
      await editor.page.mouse.move(900, 500);
      await editor.treeItem('planted').hover();
      await editor.page.waitForTimeout(2000);
      return (await onPage(fresh)).length === kinds.length;
    });
    await editor.page.mouse.move(900, 500);
  });

  test.each(kinds)('in a message: %s', async (kind) => {
    const { [kind]: secret = '' } = everyKind();
    await writeFile(planted(), secret);
    await editor.runCommand('Planter: Message');
    await eventually('the message', async () => (await onPage({ [kind]: secret })).length > 0);
    await editor.runCommand('Notifications: Clear All Notifications');
  });

  test('in a document, in a decoration, and in an input box', async () => {
    const fresh = await plant();
    await editor.runCommand('Planter: Document');
    await eventually('the document', async () => (await onPage(fresh)).length === kinds.length);
    const decorated = everyKind()['access token'] ?? '';
    await writeFile(planted(), decorated);
    await editor.runCommand('Planter: Decoration');
    await eventually('the decoration', async () => (await onPage({ decorated })).length > 0);
    const typed = everyKind()['access token'] ?? '';
    await editor.page.keyboard.press('F1');
    await editor.page.locator('.quick-input-widget:visible input.input').fill(typed);
    expect(await onPage({ typed })).toEqual(['typed']);
    await editor.page.keyboard.press('Escape');
  });

  test('in the log, in files of the extension and of programs, and in what the browser keeps', async () => {
    const fresh = await plant();
    await editor.runCommand('Planter: Quietly');
    const found = async (path: RegExp) =>
      (await scanFolder(editor.dataFolder, fresh)).filter(({ where }) => path.test(where));
    const inAll = (name: string, path: RegExp) =>
      eventually(name, async () => (await found(path)).length === kinds.length);
    await inAll('the log', /Planter\.log$/);
    await inAll('the global storage', /globalStorage.*planted$/);
    expect((await scanFolder(join(folder, 'tmp'), fresh)).map(({ secret }) => secret)).toEqual(kinds);
    await eventually('the status bar', async () => (await onPage(fresh)).length > 0);
    await editor.page.evaluate((text) => {
      localStorage.setItem('planted', text);
      sessionStorage.setItem('planted', text);
    }, Object.values(fresh).join('\n'));
    await eventually('what the browser keeps', async () => {
      const storage = await browserStorage(editor.page);
      const holding = [...storage].filter(([, text]) => findSecrets(text, fresh).length === kinds.length);
      const places = holding.map(([place]) => place.split(' ')[0]);
      // The states of an extension, for all workspaces and for one, are two records.
      const records = places.filter((place) => place === 'IndexedDB').length;
      return records >= 2 && places.includes('localStorage') && places.includes('sessionStorage');
    });
  });
});
