// `npm test`: everything, several steps at once. `npm test -- unit editor` runs only the steps named.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { canInstall, installPackages, onPath } from './editor/launcher/apt.mjs';

const project = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url));
const vitest = [bin('vitest/vitest.mjs'), 'run'];

/**
 * In the order in which they begin: the long ones early. Each command runs in Node, those of a step at the same time; a
 * step without tests of its own counts as one. Those after `build` may use what it made.
 */
const steps = [
  { name: 'build', commands: [['esbuild.js']] },
  { name: 'typecheck', commands: [[bin('typescript/bin/tsc'), '-p', '.', '--noEmit']] },
  {
    name: 'lint',
    commands: [
      ['scripts/lint.ts'],
      [bin('prettier/bin/prettier.cjs'), '--check', '--cache', '--cache-strategy=content', '.'],
    ],
  },
  {
    // The unit tests that import what the last commit or the working tree changed, and those that read all files.
    name: 'related',
    commands: [
      [...vitest, '--changed', 'HEAD~1', '--passWithNoTests'],
      [...vitest, 'test/architecture.test.ts', 'test/docs.test.ts'],
    ],
    hasTests: true,
    onlyByName: true,
  },
  { name: 'canary', commands: [[...vitest, '--config', 'test/canary/vitest.config.ts']], hasTests: true },
  { name: 'editor', commands: [['test/editor/run.mjs']], hasTests: true },
  { name: 'ui', commands: [[...vitest, '--config', 'test/ui/vitest.config.ts']], hasTests: true },
  { name: 'unit', commands: [vitest], hasTests: true },
  {
    name: 'fuzz',
    commands: [[...vitest, 'test/fuzz/requests.test.ts']],
    env: { KEYTURN_FUZZ_INPUTS: '100000' },
    hasTests: true,
  },
  {
    name: 'keychain',
    prepare: () =>
      provide(['dbus-run-session', 'gnome-keyring-daemon'], ['libsecret-1-0', 'gnome-keyring', 'dbus']),
    commands: [['test/keychain/run.mjs']],
    hasTests: true,
    optional: true,
  },
  { name: 'package', commands: [[...vitest, '--config', 'test/package/vitest.config.ts']], hasTests: true },
  {
    name: 'glewlwyd',
    prepare: () => provide(['glewlwyd'], ['glewlwyd']),
    commands: [['test/glewlwyd/run.mjs']],
    hasTests: true,
    optional: true,
  },
  { name: 'conformance', commands: [['test/conformance/run.mjs']], hasTests: true },
];
const stepWithinMs = 20 * 60_000;
/** Many tests wait for an editor or measure a time, so one core stays free beside the steps that run at once. */
const stepsAtOnce = Math.min(4, Math.max(1, availableParallelism() - 1));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no step ${unknown.join(', ')}. The steps: ${steps.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const startedAtMs = Date.now();
const waiting = steps.filter(({ name, onlyByName = false }) =>
  wanted.length === 0 ? !onlyByName : wanted.includes(name),
);
/** Steps that run at once would mix their lines: then each is shown when it ends. */
const isLive = waiting.filter(({ name }) => name !== 'build').length < 2;
for (const step of waiting) await step.prepare?.();
const results = [];
const failures = [];
if (waiting[0].name === 'build') results.push(await run(waiting.shift()));
await Promise.all(
  Array.from({ length: stepsAtOnce }, async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      results.push(await run(step));
  }),
);

console.log('');
for (const { name, passed, failed, seconds, note } of results) {
  const words = note ?? `${passed} passed, ${failed} failed`;
  console.log(`${name.padEnd(10)} ${words.padEnd(28)} ${seconds.toFixed(0).padStart(4)} s`);
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
console.log(
  `${'all'.padEnd(10)} ${''.padEnd(28)} ${((Date.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s`,
);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function run({ name, commands, env = {}, hasTests = false, optional = false }) {
  console.log(`== ${name}`);
  const startedAtMs = Date.now();
  const ended = await Promise.all(commands.map((command) => runNode(command, env)));
  const output = ended.map((command) => command.output).join('');
  const broken = ended.some(({ code }) => code !== 0);
  const seconds = (Date.now() - startedAtMs) / 1000;
  console.log(`\n== ${name} took ${seconds.toFixed(0)} s${isLive ? '' : `\n${output}`}`);
  if (!hasTests) return { name, passed: broken ? 0 : 1, failed: broken ? 1 : 0, seconds };
  failures.push(...namesOfFailures(output).map((test) => `${name}: ${test}`));
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

function runNode(args, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    const print = (chunk) => {
      output += chunk;
      if (isLive) process.stdout.write(chunk);
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', print);
    const timer = setTimeout(() => {
      print(`It did not end within ${stepWithinMs / 60_000} minutes.\n`);
      child.kill('SIGKILL');
    }, stepWithinMs);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Of vitest's ` FAIL  file > test` and of the editor suites' `  FAILED  test`, each once with the line behind it. */
function namesOfFailures(output) {
  const lines = stripVTControlCharacters(output).matchAll(/^ *FAIL(?:ED)? {2}(.+)\n(.*)$/gm);
  return [...new Set([...lines].map(([, test, said]) => `${test.trim()}: ${said.trim()}`))];
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
