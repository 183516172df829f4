// `npm start`: builds, starts the sandbox, and opens the examples in a real editor with the extension loaded.
//   --no-open   prints the address and opens nothing
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from '../../../src/sandbox/start.ts';
import { startEditorServer } from './browserEditor.mjs';
import { onPath } from './apt.mjs';
import { findChromium } from './chromium.mjs';
import { findInstalledEditor } from './desktop.mjs';
import { projectFolder } from './places.mjs';

const { values } = parseArgs({ options: { 'no-open': { type: 'boolean', default: false } } });

/** Undone in reverse order when this ends. */
const cleanups = [];
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped.abort());

try {
  await start();
} catch (error) {
  if (!stopped.signal.aborted) {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}

async function start() {
  console.log('Building.');
  const built = spawnSync(process.execPath, ['esbuild.js'], { cwd: projectFolder, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The build failed.\n${built.stderr}`);

  const entry = join(projectFolder, 'dist', 'sandbox', 'sandbox.js');
  const sandbox = await startSandbox({ entry, signal: stopped.signal });
  cleanups.push(() => sandbox.stop());
  const workspace = await workspaceFor(sandbox);
  console.log(`The sandbox runs: issuer ${sandbox.issuer}, reports API ${sandbox.api}`);

  const desktop = values['no-open'] ? null : await findInstalledEditor();
  if (desktop) await runDesktop(desktop, workspace);
  else await runBrowser(workspace);
}

/** The examples as they are; a copy with other addresses where the sandbox could not have its usual ports. */
async function workspaceFor(sandbox) {
  const examples = join(projectFolder, 'examples');
  const environments = JSON.parse(await readFile(join(examples, 'http-client.env.json'), 'utf8'));
  const addresses = { sandboxIssuer: sandbox.issuer, sandboxApi: sandbox.api };
  if (JSON.stringify(environments.sandbox) === JSON.stringify(addresses)) return examples;
  const copy = await mkdtemp(join(tmpdir(), 'keyturn-examples-'));
  cleanups.push(() => rm(copy, { recursive: true, force: true }));
  await cp(examples, copy, { recursive: true });
  await writeFile(join(copy, 'http-client.env.json'), JSON.stringify({ sandbox: addresses }, null, 2));
  return copy;
}

async function runDesktop(editor, workspace) {
  const tour = join(workspace, 'tour.http');
  const args = ['--new-window', '--wait', `--extensionDevelopmentPath=${projectFolder}`, workspace, tour];
  const child = spawn(editor, args, { stdio: 'ignore', shell: process.platform === 'win32' });
  console.log(`Opened ${workspace} in ${editor}.`);
  sayWhatToClick();
  await Promise.race([once(child, 'exit'), aborted()]);
}

async function runBrowser(workspace) {
  const server = await startEditorServer({
    extensions: [projectFolder],
    settings: {
      'workbench.startupEditor': 'none',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'chat.disableAIFeatures': true,
      // The examples lie inside the repository of the project.
      'git.openRepositoryInParentFolders': 'never',
    },
  });
  cleanups.push(() => server.close());
  const address = server.address(workspace, [['openFile', join(workspace, 'tour.http')]]);
  console.log(`Open this address in a browser:\n\n  ${address}\n`);
  if (!values['no-open']) openInBrowser(address);
  sayWhatToClick();
  await aborted();
}

function openInBrowser(address) {
  const screen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!screen) return;
  const [command, ...args] = {
    darwin: ['open', address],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', address],
  }[process.platform] ?? [onPath('xdg-open') ?? findChromium(), address];
  if (command)
    spawn(command, args, { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
}

function sayWhatToClick() {
  console.log(`In the editor:
  1. tour.http is open: click "No environment" in the status bar and choose "sandbox".
  2. Press Send above the first request; its result appears at the end of its line.
  3. Press Send above the second one and give the client secret viewer-secret when asked.
  4. Click the key in the activity bar to see the token, its scopes and when it expires.

Press Ctrl+C here to stop everything.`);
}

function aborted() {
  return new Promise((resolve) => {
    if (stopped.signal.aborted) {
      resolve();
      return;
    }
    // A pending promise alone would not keep this process alive.
    const alive = setInterval(() => undefined, 60_000);
    stopped.signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
