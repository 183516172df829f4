import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { chooseEnvironment } from './environments.mjs';
import { isBodyExpected, isExpected, missingHeader, outside, reasonOf } from './judge.mjs';

/**
 * Runs one file in a folder of its own and judges each of its requests.
 * @returns {Promise<{ file: string, dialect: string, line: number, outcome: 'ran' | 'failed' | 'outside' | 'disabled',
 *   reason: string | null, error: unknown }[]>} `reason`: why it did not run
 */
export async function runFile(run, { command, authority, temporary, proxy }) {
  const folder = await mkdtemp(join(temporary, 'run-'));
  await mkdir(join(folder, '.git'));
  await writeFile(join(folder, run.name), run.text);
  for (const { name, text } of run.environments) await writeFile(join(folder, name), text);
  const environment = chooseEnvironment(run.text, run.environments);
  const args = [
    ...[command, 'run', run.name, '--json', '--yes', '--ca', authority, '--timeout', '20'],
    ...(environment === null ? [] : ['--env', environment]),
    ...originsIn([run.text, ...run.environments.map(({ text }) => text)].join('\n')).flatMap((origin) => [
      '--allow-origin',
      origin,
    ]),
  ];
  const { output, errors } = await answered(args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_STATE_HOME: folder,
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      NO_PROXY: '<-loopback>',
    },
  });
  const results = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const unmatched = [...run.seen];
  return run.expected.requests.map((want) => {
    const result = results.find(({ line }) => line === want.line);
    const verdict = judge(run, want, result, unmatched, errors);
    const error = result?.error ?? null;
    return { file: run.name, dialect: run.expected.dialect, line: want.line, ...verdict, error };
  });
}

/** More questions than a file asks. */
const mostQuestions = 30;

/** Runs the command, and again with a value for each that it asks a person for. */
async function answered(args, where) {
  for (const given = []; ;) {
    const ended = await runCommand([...args, ...given], where);
    const asked = /Pass --var "?([^\n"]+?)=VALUE/.exec(ended.errors)?.[1];
    if (ended.output !== '' || asked === undefined || given.length >= 2 * mostQuestions) return ended;
    given.push('--var', `${asked}=value`);
  }
}

async function runCommand(args, where) {
  const child = spawn(process.execPath, args, {
    ...where,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const [output, errors] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'close'),
  ]);
  return { output, errors };
}

function judge(run, want, result, unmatched, errors) {
  const failed = (reason) => ({ outcome: 'failed', reason });
  if (result === undefined) {
    const crash = errors.trim().split('\n')[0];
    return failed(
      crash === ''
        ? 'read: no request at this line'
        : `read: no request at this line (${crash.slice(0, 80)})`,
    );
  }
  if (result.skipped === 'disabled' || result.error?.code === 'request_disabled')
    return { outcome: 'disabled', reason: null };
  if (result.error !== null) {
    const need = outside(result.error, want, run.text);
    if (need !== null) return { outcome: 'outside', reason: need };
    return failed(reasonOf(result.error));
  }
  const at = unmatched.findIndex((seen) => isExpected(seen, want));
  if (at < 0) return failed('sent: another method or URL than the file says');
  const [seen] = unmatched.splice(at, 1);
  const missing = missingHeader(seen, want);
  if (missing !== null) return failed(`sent: without the header ${missing}`);
  if (!isBodyExpected(seen, want)) return failed('sent: with another body than the file says');
  return { outcome: 'ran', reason: null };
}

/** Origins that a person who runs the file would allow for its tokens. */
function originsIn(text) {
  const found = text.matchAll(/(?:https:\/\/[\w.-]+|http:\/\/localhost)(?::\d+)?(?=[/?\s"'{]|$)/gm);
  return [...new Set(Array.from(found, ([origin]) => origin))].filter((origin) => URL.canParse(origin));
}
