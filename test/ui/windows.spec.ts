import { beforeAll, expect, test } from 'vitest';
import { type SandboxServers, startSandboxServers } from '../oauth/sandboxServers.ts';
import { eventually } from './editorPage.ts';
import { beginFolder, beginStory, endOf, requests, signInOn, type Story, undoneAtEnd } from './story.ts';

// Two real windows of one editor with one sign-in, at a provider that rotates refresh tokens and ends the sign-in
// when one is used twice. An access token lives a few seconds, so it ends several times while the windows send.

const LIFE_SECONDS = 4;
const REQUESTS = 200;
/** With which the requests last longer than a few tokens, however quick the machine. */
const API_DELAY_MS = 40;

let sandbox: SandboxServers;
let first: Story;
let second: Story;

beforeAll(async () => {
  sandbox = await startSandboxServers(LIFE_SECONDS, API_DELAY_MS);
  undoneAtEnd(() => sandbox.close());
  const person = {
    grant: 'authorization_code',
    issuer: sandbox.issuer,
    clientId: 'person',
    redirectUri: 'loopback',
    scope: 'openid offline_access reports:read',
    origins: [sandbox.api],
  };
  const request = `# @token person\nGET ${sandbox.api}/reports\n`;
  const workspace = await beginFolder('windows', {
    'keyturn.json': { tokens: { person } },
    'many.http': requests(...Array<string>(REQUESTS).fill(request)),
  });
  first = await beginStory('windows', { workspace, file: 'many.http' });
  second = await first.another('many.http');
});

const person = /^person/;
const tokenAnswers = () => sandbox.answers('POST /token');

async function sendAll(story: Story): Promise<string> {
  await story.editor.runCommand('Keyturn: Send All Requests');
  const told = story.notification(/Sent \d/);
  await told.waitFor({ timeout: 100_000 });
  return told.innerText();
}

test('a sign-in in one window serves the other', async () => {
  await second.openTokens();
  await first.openTokens();
  await first.editor.treeItem(person).waitFor();
  const page = await first.openedBy(() => first.clickInline(person, 'Sign In'));
  await signInOn(page, 'Ada');
  await endOf(page);
  // On a slow machine the token has expired before the tree is painted.
  await second.treeSays(person, /\d+ min|expired just now/);
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
  await second.editor.close();
  await first.editor.page.goto('about:blank');
  const next = await first.another('many.http');
  await next.openTokens();
  const before = tokenAnswers().length;
  await next.clickInline(person, 'Refresh Token');
  await eventually('the refresh', () => Promise.resolve(tokenAnswers().length > before));
  expect(tokenAnswers().slice(before)).toMatchObject([{ status: 200 }]);
});
