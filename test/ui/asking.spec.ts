import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type EditorPage, eventually } from './editorPage.ts';
import { jwtThatEnds } from './jwt.ts';
import { beginFolder, beginStory, requests, type Story, undoneAtEnd } from './story.ts';

// What the editor itself draws around an extension's questions: the modal, the notification, the file dialog.

/** Neither text nor anything that the editor could show. */
const bytes = Buffer.concat([Buffer.from([0, 255, 254, 0, 128]), randomBytes(3000)]);
const value = 'visitor-value-0123456789';

let home: Awaited<ReturnType<typeof startServer>>;
let away: Awaited<ReturnType<typeof startServer>>;
let folder: string;
let story: Story;
let editor: EditorPage;

beforeAll(async () => {
  home = await startServer();
  away = await startServer();
  const profile = { grant: 'static', origins: [home.origin] };
  folder = await beginFolder('asking', {
    'keyturn.json': { tokens: { visitor: profile, brief: profile } },
    'requests.http': requests(
      `# @token visitor\nGET ${away.origin}/away\n`,
      `# @token brief\nGET ${home.origin}/brief\n`,
      `GET ${home.origin}/archive.bin\n`,
    ),
  });
  story = await beginStory('asking', { workspace: folder, file: 'requests.http' });
  editor = story.editor;
});

/** Keeps the Authorization headers that it is sent. */
async function startServer() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? '');
    const isData = request.url === '/archive.bin';
    response.setHeader('content-type', isData ? 'application/octet-stream' : 'application/json');
    response.end(isData ? bytes : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undoneAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const line = (path: string): Locator => editor.line(new RegExp(`^GET\\s.*/${path}$`));

async function send(path: string): Promise<void> {
  await editor.clickLens(/^Send$/, line(path));
}

describe('a request to an origin beyond those of its token', () => {
  const sent = (times: number): Promise<unknown> =>
    eventually(`${times} requests`, () => Promise.resolve(away.seen.length === times));

  test('asks first, and sends nothing when it is refused', async () => {
    await editor.lens(/^Send$/).waitFor();
    await story.paste('visitor', value);
    await send('away');
    await story.dialog().waitFor();
    const words = await story.dialog().innerText();
    expect(words).toContain(`Send the token "visitor" to ${away.origin}?`);
    expect(words).toContain(home.origin);
    expect(words).not.toContain(value);
    await story.pictures('modal');
    await story.press('Cancel');
    await editor.inlineTextAt(line('away'), /is not an allowed origin/);
    expect(away.seen).toEqual([]);
  });

  test('asks again after Send Once, and not any more after Always Allow', async () => {
    await send('away');
    await story.press('Send Once');
    await sent(1);
    await editor.inlineTextAt(line('away'), /200/);
    await send('away');
    await story.press('Always Allow');
    await sent(2);
    await editor.inlineTextAt(line('away'), /200/);
    await send('away');
    await sent(3);
    expect(await story.dialog().count()).toBe(0);
    expect(away.seen).toEqual(Array(3).fill(`Bearer ${value}`));
  });
});

describe('a token in use that ends', () => {
  test('is told of once, with the error background in the status bar and a way to repair it', async () => {
    await story.paste('brief', jwtThatEnds(12, home.origin));
    await send('brief');
    await editor.inlineTextAt(line('brief'), /200/);
    const toast = story.notification('"brief" has expired');
    await toast.waitFor();
    // A pasted token cannot have been refreshed.
    expect(await toast.innerText()).toContain('The token "brief" has expired.');
    const item = editor.statusBarItem(/brief\s+expired/);
    await eventually('the error background', async () =>
      (await item.getAttribute('class'))?.includes('error-kind'),
    );
    await story.pictures('expired');

    await toast.getByRole('button', { name: 'Paste Token' }).click();
    await editor.answer(jwtThatEnds(3600, home.origin));
    await editor.statusBarItem(/brief\s+(59 min|1 h)/).waitFor();
    await send('brief');
    await editor.inlineTextAt(line('brief'), /200/);
  });
});

describe('a body that is no text', () => {
  test('is offered for saving, and lies on disk byte for byte', async () => {
    await send('archive.bin');
    await editor.inlineTextAt(line('archive.bin'), /200/);
    await editor.lens(/Save…/).click();
    const dialog = story.question();
    await dialog.filter({ hasText: 'Save response body' }).waitFor();
    const input = dialog.locator('input.input');
    await eventually('a name for the file', async () => (await input.inputValue()).endsWith('/archive.bin'));
    await story.picture('save-body');
    await dialog.getByRole('button', { name: 'OK' }).click();
    const saved = await eventually('the file', () => readFile(join(folder, 'archive.bin')).catch(() => null));
    expect(saved.equals(bytes)).toBe(true);
  });
});
