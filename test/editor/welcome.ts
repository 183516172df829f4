// What a first user meets: a copy of the tour, the walkthrough, and the command for a terminal.
import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commands, env, Uri, window } from 'vscode';
import { version } from '../../package.json';
import { fileUri, keyturn, open } from './driver.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
const runFile = promisify(execFile);

/** Folders that would have been opened, with the options. */
const opened: unknown[][] = [];
const execute = commands.executeCommand.bind(commands);
(commands as { executeCommand: unknown }).executeCommand = (command: string, ...rest: unknown[]) => {
  if (command !== 'vscode.openFolder') return execute(command, ...rest);
  opened.push(rest);
  return Promise.resolve();
};

/** The copy that a call of the command would have opened. */
async function openedTour(): Promise<string> {
  await commands.executeCommand('keyturn.openTour');
  const [folder, options] = opened.pop() ?? [];
  assert.ok(folder instanceof Uri, 'No folder was opened.');
  assert.deepEqual(options, { forceReuseWindow: false, forceNewWindow: true });
  return folder.fsPath;
}

const packed = (name: string) => readFile(join(keyturn().extensionPath, 'examples', name), 'utf8');

test('opens a copy of the tour in a window of its own', async () => {
  await open(fileUri('requests.http'));
  await eventually('activation', () => keyturn().isActive);
  const folder = await openedTour();
  assert.equal(await readFile(join(folder, 'tour.http'), 'utf8'), await packed('tour.http'));
  assert.equal(await readFile(join(folder, 'keyturn.json'), 'utf8'), await packed('keyturn.json'));
});

test('asks before it replaces a file of the tour that was changed', async () => {
  const folder = await openedTour();
  await writeFile(join(folder, 'tour.http'), 'mine');
  const answers = [undefined, 'Keep My Files', 'Start Over'];
  tap.messages.length = 0;
  tap.messageAnswer = ({ modal }) => (modal ? answers.shift() : undefined);
  await commands.executeCommand('keyturn.openTour');
  assert.equal(opened.length, 0);
  await openedTour();
  assert.equal(await readFile(join(folder, 'tour.http'), 'utf8'), 'mine');
  await openedTour();
  assert.equal(await readFile(join(folder, 'tour.http'), 'utf8'), await packed('tour.http'));
  assert.match(tap.messages[0]?.detail ?? '', /tour\.http/);
  assert.equal(tap.messages.length, 3);
});

test('offers the tour when the sandbox was started', async () => {
  tap.messages.length = 0;
  tap.messageAnswer = ({ actions }) => actions.find((action) => action === 'Open Tour');
  await commands.executeCommand('keyturn.sandbox.start');
  await eventually('the tour', () => opened.length > 0);
  opened.length = 0;
  assert.deepEqual(tap.messages.at(-1)?.actions, ['Open Tour', 'Open API']);
  await commands.executeCommand('keyturn.sandbox.stop');
  tap.messageAnswer = () => undefined;
}, 60_000);

test('opens the walkthrough', async () => {
  await commands.executeCommand('keyturn.openWalkthrough');
  await eventually('the walkthrough', () =>
    /^Welcome$|Get Started with Keyturn/.test(window.tabGroups.activeTabGroup.activeTab?.label ?? ''),
  );
});

/** A home folder and a PATH of its own for each use; the test runs in the process that the extension runs in. */
async function atHome(use: (home: string) => Promise<void>): Promise<void> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'keyturn-home-')));
  const { HOME, PATH } = process.env;
  process.env['HOME'] = home;
  tap.messages.length = 0;
  tap.picks.length = 0;
  try {
    await use(home);
  } finally {
    process.env['HOME'] = HOME;
    process.env['PATH'] = PATH;
    await rm(home, { recursive: true, force: true });
  }
}

const lastMessage = () => eventually('a message', () => tap.messages.at(-1));

if (process.platform !== 'win32') {
  test('installs a command that runs, in a folder of the PATH', async () => {
    await atHome(async (home) => {
      const tools = join(home, 'tools');
      await mkdir(tools);
      process.env['PATH'] = `${tools}:${process.env['PATH'] ?? ''}`;
      tap.pickAnswers.push(tools);
      await commands.executeCommand('keyturn.installCommand');
      assert.match((await lastMessage()).text, /^Installed .*tools\/keyturn\./);
      const { stdout } = await runFile(join(tools, 'keyturn'), ['--version']);
      assert.equal(stdout.trim(), version);
      const tour = join(keyturn().extensionPath, 'examples/tour.http');
      assert.match((await runFile(join(tools, 'keyturn'), ['list', tour])).stdout, /listReports/);
    });
  });

  test('says what to do where the folder is not on the PATH, and copies the line', async () => {
    await atHome(async (home) => {
      process.env['PATH'] = '/usr/bin';
      tap.pickAnswers.push(join(home, '.local/bin'));
      tap.messageAnswer = ({ actions }) => actions[0];
      await commands.executeCommand('keyturn.installCommand');
      const { text, actions } = await lastMessage();
      assert.match(text, /Its folder is not on your PATH yet\..*\.local\/bin/);
      assert.deepEqual(actions, ['Copy Line']);
      await eventually('the line', async () => (await env.clipboard.readText()).includes('.local/bin'));
      tap.messageAnswer = () => undefined;
      const picked = tap.picks[0]?.map((item) => (typeof item === 'string' ? item : item.description));
      assert.deepEqual(picked, ['not on your PATH yet', undefined]);
    });
  });

  test('asks before it replaces a file that is not its own', async () => {
    await atHome(async (home) => {
      const tools = join(home, 'tools');
      await mkdir(tools);
      process.env['PATH'] = tools;
      const file = join(tools, 'keyturn');
      await writeFile(file, 'of another program');
      tap.pickAnswers.push(tools, tools, tools);
      await commands.executeCommand('keyturn.installCommand');
      assert.equal(await readFile(file, 'utf8'), 'of another program');
      assert.deepEqual(
        tap.messages.map(({ modal, detail, actions }) => [modal, detail, actions]),
        [[true, 'Another program created this file.', ['Replace']]],
      );
      tap.messageAnswer = ({ modal }) => (modal ? 'Replace' : undefined);
      await commands.executeCommand('keyturn.installCommand');
      assert.match(await readFile(file, 'utf8'), /made by the Keyturn extension/);
      // Its own it replaces without a word.
      tap.messages.length = 0;
      await commands.executeCommand('keyturn.installCommand');
      assert.ok(!tap.messages.some(({ modal }) => modal));
      tap.messageAnswer = () => undefined;
    });
  });

  test('names a command of the same name that comes first', async () => {
    await atHome(async (home) => {
      const [first, second] = [join(home, 'first'), join(home, 'second')];
      await mkdir(first);
      await mkdir(second);
      await writeFile(join(first, 'keyturn'), '');
      process.env['PATH'] = `${first}:${second}`;
      tap.pickAnswers.push(second);
      await commands.executeCommand('keyturn.installCommand');
      assert.match((await lastMessage()).text, /but a terminal runs .*first\/keyturn/);
    });
  });
}

export const run = runAll;
