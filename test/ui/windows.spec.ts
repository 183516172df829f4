import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SandboxServers, startSandboxServers } from '../oauth/sandboxServers.ts';
import { EditorPage, eventually } from './editorPage.ts';

// Two real windows of one editor with one sign-in, at a provider that rotates refresh tokens and ends the sign-in
// when one is used twice. An access token lives a few seconds, so it ends several times while the windows send.

const LIFE_SECONDS = 4;
const REQUESTS = 200;
/** With which the requests last longer than a few tokens, however quick the machine. */
const API_DELAY_MS = 40;

let sandbox: SandboxServers;
let first: EditorPage;
let second: EditorPage;
/** Undone in reverse order, however far the beginning came. */
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  sandbox = await startSandboxServers(LIFE_SECONDS, API_DELAY_MS);
  cleanups.push(() => sandbox.close());
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-windows-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const person = {
    grant: 'authorization_code',
    issuer: sandbox.issuer,
    clientId: 'person',
    redirectUri: 'loopback',
    scope: 'openid offline_access reports:read',
    origins: [sandbox.api],
  };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { person } }));
  const request = `# @token person\nGET ${sandbox.api}/reports\n`;
  await writeFile(join(folder, 'many.http'), Array<string>(REQUESTS).fill(request).join('\n###\n'));
  first = await EditorPage.open({ workspace: folder, file: 'many.http' });
  cleanups.push(() => first.close());
  second = await first.another('many.http');
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const tokenAnswers = () => sandbox.answers('POST /token');

async function sendAll(editor: EditorPage): Promise<string> {
  await editor.runCommand('Keyturn: Send All Requests');
  const told = editor.page
    .locator('.notification-toast')
    .filter({ hasText: /Sent \d/ })
    .first();
  await told.waitFor({ timeout: 100_000 });
  return told.innerText();
}

test('a sign-in in one window serves the other', async () => {
  await first.page.getByRole('tab', { name: 'Keyturn' }).first().click();
  await first.treeItem(/^person/).waitFor();
  const [page] = await Promise.all([
    first.page.waitForEvent('popup'),
    (async () => {
      await first.treeItem(/^person/).hover();
      await first
        .treeItem(/^person/)
        .getByRole('button', { name: 'Sign In' })
        .click();
    })(),
  ]);
  await page.getByRole('button', { name: 'Ada' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'You can close this page' }).waitFor();
  await page.close();
  await second.page.getByRole('tab', { name: 'Keyturn' }).first().click();
  await eventually('the token in the other window', async () => {
    const text = await second.treeItem(/^person/).innerText();
    return !text.includes('not signed in');
  });
});

test('both send, and each end of the token costs one refresh', async () => {
  const before = tokenAnswers().length;
  const told = await Promise.all([sendAll(first), sendAll(second)]);
  expect(told.map((text) => /Sent .*/.exec(text)?.[0])).toEqual(
    Array(2).fill(`Sent ${REQUESTS} requests: ${REQUESTS} succeeded.`),
  );
  const answers = tokenAnswers().slice(before);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const gaps = answers.slice(1).map(({ atMs }, index) => atMs - answers[index]!.atMs);
  // A token is renewed in the second half of its life, so between two refreshes at least that half has passed.
  expect(gaps.length).toBeGreaterThan(2);
  expect(Math.min(...gaps)).toBeGreaterThan((LIFE_SECONDS * 1000) / 2 - 200);
});

test('a window that begins when they have ended goes on with the same sign-in', async () => {
  await second.close();
  await first.page.goto('about:blank');
  const next = await first.another('many.http');
  await next.page.getByRole('tab', { name: 'Keyturn' }).first().click();
  const before = tokenAnswers().length;
  await next.treeItem(/^person/).hover();
  await next
    .treeItem(/^person/)
    .getByRole('button', { name: 'Refresh Token' })
    .click();
  await eventually('the refresh', () => Promise.resolve(tokenAnswers().length > before));
  expect(tokenAnswers().slice(before)).toMatchObject([{ status: 200 }]);
});
