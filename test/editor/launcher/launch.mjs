#!/usr/bin/env node
// Takes the arguments that @vscode/test-electron hands to the editor's executable. With KEYTURN_DESKTOP_EDITOR it
// passes them on to that desktop build, else it opens the same thing in code-server and a browser. Restricted mode
// needs this door on the desktop too, since test-electron always switches workspace trust off.
import { spawn } from 'node:child_process';
import { quietSettings, runInEditor } from './browserEditor.mjs';

/** Lines of the tests among all that the editor prints; see suite.ts. */
const mark = '[test] ';

const restricted = process.env.KEYTURN_TEST_RESTRICTED === '1';
const args = process.argv.slice(2).filter((arg) => !(restricted && arg === '--disable-workspace-trust'));
const desktop = process.env.KEYTURN_DESKTOP_EDITOR;

process.exitCode = desktop ? await runDesktop(desktop) : await runBrowser();

function runDesktop(executable) {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  });
}

async function runBrowser() {
  const values = (name) =>
    args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
  const [workspace] = args.filter((arg) => !arg.startsWith('--'));
  const [tests] = values('extensionTestsPath');
  if (!workspace || !tests) throw new Error('A workspace and --extensionTestsPath are needed.');
  return runInEditor({
    workspace,
    extensions: values('extensionDevelopmentPath'),
    tests,
    trustWorkspaces: args.includes('--disable-workspace-trust'),
    settings: quietSettings,
    withinMs: 10 * 60_000,
    print,
  });
}

function print(line) {
  if (line.startsWith(mark)) process.stdout.write(`${line.slice(mark.length)}\n`);
  else if (process.env.KEYTURN_TEST_VERBOSE === '1') process.stderr.write(`${line}\n`);
}
