import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type EditorPage } from './editorPage.ts';
import { beginFolder, beginStory, requests, type Story, undoneAtEnd } from './story.ts';

// What a person sees of tests that are not run, and the question of a `# @note`.

const seen: string[] = [];
let story: Story;
let editor: EditorPage;

beforeAll(async () => {
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    response.end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undoneAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await beginFolder('marks', {
    'requests.http': requests(
      `GET ${origin}/tested\n?? status == 200\n`,
      `# @name dropCustomers\n# @note This deletes every customer of production.\nDELETE ${origin}/customers\n`,
      `# @disabled\nDELETE ${origin}/kept\n`,
      `# @tokn viewer\nGTE ${origin}/slip\n`,
    ),
  });
  story = await beginStory('marks', { workspace: folder, file: 'requests.http' });
  editor = story.editor;
});

const line = (path: string): Locator => editor.line(new RegExp(`^[A-Z]+\\s.*/${path}$`));

async function send(path: string): Promise<void> {
  await editor.clickLens(/^Send$/, line(path));
}

describe('a request with a test', () => {
  test('says above the request that it was not run', async () => {
    await editor.lens(/^Send$/).waitFor();
    await send('tested');
    await editor.inlineTextAt(line('tested'), /200/);
    await editor.lens(/1 test not run/).waitFor();
    await story.pictures('not-run');
  });
});

describe('a request with a note', () => {
  test('asks first, and sends nothing when that is cancelled', async () => {
    await send('customers');
    await story.dialog().waitFor();
    const words = await story.dialog().innerText();
    expect(words).toContain('This deletes every customer of production.');
    expect(words).toContain('dropCustomers');
    await story.pictures('note');
    await story.press('Cancel');
    await editor.inlineTextAt(line('customers'), /not sent/);
    expect(seen).not.toContain('DELETE /customers');
  });

  test('is sent after Send', async () => {
    await send('customers');
    await story.press('Send');
    await editor.inlineTextAt(line('customers'), /200/);
    expect(seen).toContain('DELETE /customers');
  });
});

describe('a request that cannot be sent', () => {
  test('says why at its line', async () => {
    await send('kept');
    await editor.inlineTextAt(line('kept'), /disabled by/);
    await send('slip');
    await editor.inlineTextAt(line('slip'), /no method GTE/);
    await story.pictures('stopped');
    expect(seen.filter((request) => /kept|slip/.test(request))).toEqual([]);
  });
});
