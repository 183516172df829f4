// What a person allowed for good: how it is recorded, listed and withdrawn; and changes of pasted tokens in the record.
import * as assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { commands, type QuickPickItem, type TextDocument } from 'vscode';
import { fileUri, keyturn, open, openRequest, send, startRecorder } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap, type ShownMessage } from './wiretap.ts';

const tap = installWiretap();
let near: Awaited<ReturnType<typeof startRecorder>>;
let far: Awaited<ReturnType<typeof startRecorder>>;
let printed: TextDocument;
let allowed: TextDocument;

const always = ({ modal, actions }: ShownMessage) => (modal ? actions.at(-1) : undefined);

/** Sends the request of a document, and gives the titles of the questions. */
async function sendAnswering(
  document: TextDocument,
  answer: (message: ShownMessage) => string | undefined,
): Promise<string[]> {
  tap.messages.length = 0;
  tap.messageAnswer = answer;
  await send(document, 1);
  tap.messageAnswer = () => undefined;
  return tap.messages.filter(({ modal }) => modal).map(({ text }) => text);
}

/** Opens the list, withdraws what has this label, and gives what was listed. */
async function review(withdraw?: string): Promise<readonly QuickPickItem[]> {
  tap.picks.length = 0;
  tap.messages.length = 0;
  if (withdraw !== undefined) tap.pickAnswers.push(withdraw);
  await commands.executeCommand('keyturn.permissions.review');
  return (tap.picks[0] ?? []) as readonly QuickPickItem[];
}

/** Labels and descriptions of the record, newest first. */
async function events(filter: string): Promise<string[]> {
  await commands.executeCommand('keyturn.audit.show');
  tap.inputAnswers.push(filter);
  await commands.executeCommand('keyturn.audit.filter');
  const days = await tap.tree('keyturn.audit');
  return days.flatMap(({ children }) =>
    children.map(
      ({ label, description }) =>
        `${label}: ${description.replace(/^[\d:]+ · /, '').replace(/ by "\/\S+"/, ' by "/…/node"')}`,
    ),
  );
}

test('begins, and says that nothing is remembered', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  [near, far] = [await startRecorder(3600), await startRecorder(3600)];
  assert.deepEqual(await review(), []);
  assert.match(tap.messages[0]?.text ?? '', /You have given no permissions/);
});

test('lists a command line and an origin with what each covers and who asked', async () => {
  const script = fileUri('print.cjs').fsPath;
  await writeFile(script, `console.log('command-token-0123456789')\n`);
  const profile = {
    grant: 'command',
    command: ['node', script],
    origins: [near.origin],
  };
  printed = await openRequest('printed', { printed: profile }, { token: 'printed', url: `${near.origin}/` });
  await eventually('the token in the tree', () => tap.entry('printed'));
  assert.equal((await sendAnswering(printed, always)).length, 1);
  allowed = await openRequest(
    'allowed',
    { allowed: near.profile },
    { token: 'allowed', url: `${far.origin}/x` },
  );
  await eventually('the token in the tree', () => tap.entry('allowed'));
  tap.inputAnswers.push('a-client-secret');
  assert.equal((await sendAnswering(allowed, always)).length, 1);
  assert.deepEqual(far.requests, ['Bearer token-1']);
  assert.deepEqual([await sendAnswering(printed, always), await sendAnswering(allowed, always)], [[], []]);

  const shown = (await review()).map(({ label, description, detail }) => ({
    label,
    description,
    detail: detail?.replace(/Program \/\S+/, 'Program /…/node'),
  }));
  assert.deepEqual(shown, [
    {
      label: far.origin,
      description: 'origin for the token allowed',
      detail: 'Requested by allowed/keyturn.json',
    },
    {
      label: 'allowed/keyturn.json',
      description: 'folder of use for the token allowed',
      detail: '',
    },
    {
      label: `node ${script}`,
      description: 'command for the token printed',
      detail: `Allowed origins: ${near.origin} · Requested by printed/keyturn.json · Program /…/node · Runs in ${fileUri('printed').fsPath}`,
    },
    {
      label: 'allowed/keyturn.json',
      description: 'folder of use of the client secret of the client recorded',
      detail: '',
    },
  ]);
  assert.deepEqual(await events('action:allowed'), [
    `allowed permission given: use at ${far.origin}`,
    `printed permission given: command node ${script} by "/…/node" in "${fileUri('printed').fsPath}", for ${near.origin}`,
  ]);
}, 60_000);

test('asks again once it is withdrawn, though the token was held', async () => {
  await review(`node ${fileUri('print.cjs').fsPath}`);
  assert.match(tap.messages[0]?.text ?? '', /Withdrew 1 permission/);
  const before = near.requests.length;
  assert.match((await sendAnswering(printed, () => undefined))[0] ?? '', /Run this command for the token/);
  assert.equal(near.requests.length, before);

  await review(far.origin);
  assert.match((await sendAnswering(allowed, () => undefined))[0] ?? '', /Send the token/);

  await review('allowed/keyturn.json');
  const asked = await sendAnswering(allowed, always);
  assert.match(asked.find((text) => text.startsWith('Use the token')) ?? asked.join(), /here, too\?/);
  assert.deepEqual(
    (await events('action:withdrawn')).map((text) => text.split(' in ')[0]),
    [
      `allowed permission withdrawn: use from ${fileUri('allowed/keyturn.json').toString()}`,
      `allowed permission withdrawn: use at ${far.origin}`,
      `printed permission withdrawn: command node ${fileUri('print.cjs').fsPath} by "/…/node"`,
    ],
  );
});

test('records a new name and other origins of a token, which keeps its permissions', async () => {
  tap.inputAnswers.push('pasted-token-0123456789', 'before');
  tap.pickAnswers.push(near.origin, 'Bearer');
  await commands.executeCommand('keyturn.tokens.add');
  await eventually('the token', () => tap.entry('before'));
  tap.pickAnswers.push('before');
  tap.inputAnswers.push('after');
  await commands.executeCommand('keyturn.tokens.rename');
  await eventually('the new name', () => tap.entry('after'));
  tap.pickAnswers.push('after', far.origin);
  await commands.executeCommand('keyturn.tokens.editOrigins');
  const change = `after origins changed: added ${far.origin}; removed ${near.origin}`;
  assert.deepEqual(
    await eventually('both events', async () => {
      const found = await events('token:after');
      return found.length === 2 && found;
    }),
    [change, 'after renamed: was before'],
  );
  // The place where it was pasted is still the place, and no leftover of the old name is listed.
  const places = (await review()).filter(({ description }) =>
    /token (before|after)$/.test(description ?? ''),
  );
  assert.deepEqual(
    places.map(({ label, description }) => [label, description]),
    [[fileUri('').fsPath.replace(/\/$/, ''), 'folder of use for the token after']],
  );
});

test('ends', () => {
  near.stop();
  far.stop();
});

export const run = runAll;
