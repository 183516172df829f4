/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findSecrets, secretFinder } from './forms.ts';

export interface Finding {
  readonly secret: string;
  readonly where: string;
}

/** Every file under a folder. */
export async function scanFolder(
  folder: string,
  secrets: Readonly<Record<string, string>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const find = secretFinder(secrets);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A log may be replaced while it is looked for.
    const content = await readFile(path, 'utf8').catch(() => '');
    for (const secret of find(content)) findings.push({ secret, where: path });
  }
  return findings;
}

/** What a program writes to both its streams, until it ends. */
export async function scanOutput(
  child: ChildProcessWithoutNullStreams,
  where: string,
  secrets: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>),
): Promise<{ readonly code: number | null; readonly text: string; readonly findings: Finding[] }> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const known = typeof secrets === 'function' ? secrets() : secrets;
  return { code, text, findings: findSecrets(text, known).map((secret) => ({ secret, where })) };
}

/** Everything on the page: text, attributes, what decorations add by style sheets, input fields. */
export async function scanPage(
  page: Page,
  when: string,
  secrets: Readonly<Record<string, string>>,
): Promise<Finding[]> {
  const shown = await page.evaluate(() => {
    // Those with an address are files of the editor.
    const made = [...document.styleSheets].filter(({ href }) => href === null);
    const rules = made.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
    const inputs = [...document.querySelectorAll('input, textarea')]
      .filter((input) => input.getAttribute('type') !== 'password')
      .map((input) =>
        input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement ? input.value : '',
      );
    return [document.documentElement.outerHTML, document.body.innerText, ...rules, ...inputs].join('\n');
  });
  return findSecrets(shown, secrets).map((secret) => ({ secret, where: `page: ${when}` }));
}

/** What the browser keeps for the editor: local and session storage, and every IndexedDB record, by its place. */
export async function browserStorage(page: Page): Promise<Map<string, string>> {
  const entries = await page.evaluate(async () => {
    const found: [string, string][] = [];
    for (const [name, storage] of Object.entries({ localStorage, sessionStorage })) {
      for (const key of Object.keys(storage)) found.push([`${name} ${key}`, storage.getItem(key) ?? '']);
    }
    const result = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(request.error?.message ?? 'IndexedDB failed'));
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await result(indexedDB.open(name ?? ''));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([result(objects.getAllKeys()), result(objects.getAll())]);
        values.forEach((value: unknown, index) => {
          const text =
            value instanceof Uint8Array
              ? new TextDecoder().decode(value)
              : typeof value === 'string'
                ? value
                : JSON.stringify(value);
          found.push([`IndexedDB ${name ?? ''} ${store} ${JSON.stringify(keys[index])}`, text]);
        });
      }
      database.close();
    }
    return found;
  });
  return new Map(entries);
}
