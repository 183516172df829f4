// `npm test`: everything, one step after the other. `npm test -- unit editor` runs only the steps named.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { canInstall, installPackages, onPath } from './editor/launcher/apt.mjs';

const project = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url));
const vitest = [bin('vitest/vitest.mjs'), 'run'];

/** Each command runs in Node, those of a step at the same time; a step without tests of its own counts as one. */
const steps = [
  { name: 'typecheck', commands: [[bin('typescript/bin/tsc'), '-p', '.', '--noEmit']] },
  {
    name: 'lint',
    commands: [
      [bin('eslint/bin/eslint.js'), '.'],
      [bin('prettier/bin/prettier.cjs'), '--check', '.'],
    ],
  },
  { name: 'build', commands: [['esbuild.js']] },
  { name: 'unit', commands: [vitest], hasTests: true },
  { name: 'package', commands: [[...vitest, '--config', 'test/package/vitest.config.ts']], hasTests: true },
  {
    name: 'keychain',
    prepare: () =>
      provide(['dbus-run-session', 'gnome-keyring-daemon'], ['libsecret-1-0', 'gnome-keyring', 'dbus']),
    commands: [['test/keychain/run.mjs']],
    hasTests: true,
    optional: true,
  },
  {
    name: 'glewlwyd',
    prepare: () => provide(['glewlwyd'], ['glewlwyd']),
    commands: [['test/glewlwyd/run.mjs']],
    hasTests: true,
    optional: true,
  },
  { name: 'editor', commands: [['test/editor/run.mjs']], hasTests: true },
  { name: 'ui', commands: [[...vitest, '--config', 'test/ui/vitest.config.ts']], hasTests: true },
  { name: 'canary', commands: [[...vitest, '--config', 'test/canary/vitest.config.ts']], hasTests: true },
];
const stepWithinMs = 15 * 60_000;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no step ${unknown.join(', ')}. The steps: ${steps.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const results = [];
for (const step of steps) {
  if (wanted.length === 0 || wanted.includes(step.name)) results.push(await run(step));
}

console.log('');
for (const { name, passed, failed, seconds, note } of results) {
  const words = note ?? `${passed} passed, ${failed} failed`;
  console.log(`${name.padEnd(10)} ${words.padEnd(28)} ${seconds.toFixed(0).padStart(4)} s`);
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function run({ name, prepare, commands, hasTests = false, optional = false }) {
  console.log(`\n== ${name}`);
  await prepare?.();
  const startedAtMs = Date.now();
  let output = '';
  let broken = false;
  for (const ended of await Promise.all(commands.map(runNode))) {
    output += ended.output;
    broken ||= ended.code !== 0;
  }
  const seconds = (Date.now() - startedAtMs) / 1000;
  if (!hasTests) return { name, passed: broken ? 0 : 1, failed: broken ? 1 : 0, seconds };
  const counted = countTests(output);
  if (optional && !broken && counted.passed === 0) return { name, ...counted, seconds, note: 'did not run' };
  // A step that broke before it could count, or that ran nothing, is a failure too.
  const silent = counted.failed === 0 && (broken || counted.passed === 0);
  return { name, passed: counted.passed, failed: counted.failed + (silent ? 1 : 0), seconds };
}

/** The programs of a step, where they are missing and may be installed; else the step says what it needs. */
async function provide(programs, packages) {
  if (programs.every((program) => onPath(program) !== null) || !canInstall()) return;
  await installPackages(packages).catch((error) => console.log(error.message));
}

function runNode(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: process.env,
    });
    let output = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.on('data', (chunk) => {
        output += chunk;
        to.write(chunk);
      });
    }
    const timer = setTimeout(() => {
      console.error(`It did not end within ${stepWithinMs / 60_000} minutes.`);
      child.kill('SIGKILL');
    }, stepWithinMs);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Adds up vitest's lines (`Tests  1 failed | 5 passed (6)`) and those of the other runners (`5 passed, 1 failed`). */
function countTests(output) {
  const sums = { passed: 0, failed: 0 };
  for (const line of stripVTControlCharacters(output).split('\n')) {
    const isSummary = /^ *Tests  /.test(line) || /^ *\d+ passed, \d+ failed *$/.test(line);
    if (!isSummary) continue;
    for (const [, count, kind] of line.matchAll(/(\d+) (passed|failed)/g)) sums[kind] += Number(count);
  }
  return sums;
}
