// Finds or installs code-server: a complete editor from the npm registry, where no desktop build can be had.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { replaceNativeModules } from './nativeModules.mjs';
import { cacheFolder } from './places.mjs';

const version = '4.139.1';
const installWithinMs = 10 * 60_000;
const hasGroups = process.platform !== 'win32';

/**
 * The folder of the editor's server (it holds out/server-main.js), installed on the first call.
 * @param {string} [cache] where to keep it
 * @returns {Promise<string>}
 */
export async function ensureCodeServer(cache = cacheFolder) {
  const folder = join(cache, `code-server-${version}`);
  const server = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  if (await isComplete(folder, server)) return server;
  await mkdir(cache, { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  try {
    if (!(await isComplete(folder, server))) await install(folder);
  } finally {
    await unlock();
  }
  return server;
}

/** Whatever an install left behind before it finished has another name, or lacks the mark. */
async function isComplete(folder, server) {
  return existsSync(join(folder, 'complete')) && existsSync(join(server, 'out', 'server-main.js'));
}

async function install(folder) {
  console.log(
    `Installing code-server ${version} into ${folder}: 620 MB, once. This takes half a minute, or longer on a slow connection.`,
  );
  const startedAtMs = Date.now();
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  // Its scripts would compile native modules that nothing here needs; the packages of its inner folders are
  // installed by the last two calls instead.
  await npm(partial, ['install', '--prefix', partial, '--no-save', `code-server@${version}`]);
  const server = join(partial, 'node_modules', 'code-server', 'lib', 'vscode');
  await npm(server, ['install', '--omit=dev']);
  await npm(join(server, 'extensions'), ['install', '--omit=dev']);
  await replaceNativeModules(server);
  await writeFile(join(partial, 'complete'), '');
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  console.log(`Installed in ${((Date.now() - startedAtMs) / 1000).toFixed(0)} s.`);
}

async function npm(cwd, args) {
  const all = [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd, timeout: installWithinMs, maxBuffer: 64 * 1024 * 1024, env: cleanEnvironment() };
  const runner = process.env.npm_execpath;
  try {
    if (runner?.endsWith('.js')) await promisify(execFile)(process.execPath, [runner, ...all], options);
    else await promisify(execFile)('npm', all, { ...options, shell: process.platform === 'win32' });
  } catch (error) {
    throw new Error(`code-server could not be installed: ${error.stderr || error.message}`, { cause: error });
  }
}

/** Without what an outer `npm` run sets, such as its prefix: that belongs to this project. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(config_(local_prefix|prefix|workspace|omit|include|ignore_scripts)|package_|lifecycle_)/i.test(
          name,
        ),
    ),
  );
}

/** A folder as a lock: made by one process at a time, and taken over from one that is gone. */
async function lock(folder) {
  const giveUpAtMs = Date.now() + installWithinMs;
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(join(folder, 'pid'), String(process.pid));
      return () => rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isAbandoned(folder)) await rm(folder, { recursive: true, force: true });
    else if (Date.now() > giveUpAtMs)
      throw new Error(`Another install holds ${folder}; remove it if none runs.`);
    else await wait(300);
  }
}

async function isAbandoned(folder) {
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''));
  if (pid > 0) return !isAlive(pid);
  // The holder had no time to write its number, or died before it could.
  const age =
    Date.now() -
    (await stat(folder).then(
      (s) => s.mtimeMs,
      () => Date.now(),
    ));
  return age > 10_000;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Starts the editor's server on 127.0.0.1 and waits until it answers.
 *
 * With `testDriver` this is the inner server, which alone can run a test module in the extension host. Without it
 * is the outer one, which also keeps the key that the browser's secret storage is encrypted with.
 * @param {{ node: string, server: string, port: number, dataFolder: string, settings: object, testDriver: boolean,
 *   trustWorkspaces: boolean, env?: Record<string, string | undefined> }} options
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
export async function startServer({
  node,
  server,
  port,
  dataFolder,
  settings,
  testDriver,
  trustWorkspaces,
  env = {},
}) {
  const settingsFile = join(dataFolder, testDriver ? 'data/Machine' : 'User', 'settings.json');
  await mkdir(dirname(settingsFile), { recursive: true });
  await writeFile(settingsFile, JSON.stringify(settings));
  const config = join(dataFolder, 'config.yaml');
  await writeFile(config, 'auth: none\n');
  const args = testDriver
    ? [
        join(server, 'out', 'server-main.js'),
        ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
        ...['--accept-server-license-terms', '--enable-smoke-test-driver', '--telemetry-level', 'off'],
        ...['--server-data-dir', dataFolder],
      ]
    : [
        join(server, '..', '..', 'out', 'node', 'entry.js'),
        ...['--config', config, '--bind-addr', `127.0.0.1:${port}`, '--user-data-dir', dataFolder],
        ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ];
  args.push('--extensions-dir', join(dataFolder, 'extensions'));
  if (trustWorkspaces) args.push('--disable-workspace-trust');
  // A process group of its own, so that its helpers end with it.
  const child = spawn(node, args, { stdio: 'ignore', env: { ...process.env, ...env }, detached: hasGroups });
  const gone = new Promise((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The editor's server ended with exit code ${code}.`)));
  });
  gone.catch(() => undefined);
  try {
    await Promise.race([answers(`http://127.0.0.1:${port}/${testDriver ? 'version' : 'healthz'}`), gone]);
    return child;
  } catch (error) {
    await stopServer(child);
    throw error;
  }
}

/**
 * Ends a server and all that it started.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function stopServer(child) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const running = child.exitCode === null && child.signalCode === null;
  signalAll(child, 'SIGTERM');
  const impatient = setTimeout(() => signalAll(child, 'SIGKILL'), 5_000);
  if (running) await gone;
  clearTimeout(impatient);
  killServer(child);
}

/** @param {import('node:child_process').ChildProcess} child */
export function killServer(child) {
  signalAll(child, 'SIGKILL');
}

function signalAll(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(hasGroups ? -child.pid : child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function answers(url) {
  const giveUpAtMs = Date.now() + 60_000;
  for (;;) {
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    if (Date.now() > giveUpAtMs) throw new Error('The editor did not start within 60 s.');
    await wait(100);
  }
}
