import { KeyturnError } from '../../base/errors.ts';
import { throwIfAborted } from '../../base/abortable.ts';
import { listItems, type Loop, mostPasses, parseLoop } from '../../httpfile/directives/loop.ts';
import { directiveOf } from '../../httpfile/marks/stops.ts';
import type { Traced } from '../../httpfile/resolve/traced.ts';
import type { RunInput } from '../engine.ts';
import type { RequestResult, TestResult } from '../result.ts';

/** Variables of one pass of a loop. */
export type Pass = Readonly<Record<string, string>>;

/**
 * The passes of a request's `# @loop`; null where it has none. `lookup` gives the value of a variable. Fails with
 * `request_invalid` on a list that is none, is a secret or is too long, with `request_disabled` on one without items, and
 * like `lookup`.
 */
export async function passesOf(
  { tree, node, overrides }: Pick<RunInput, 'tree' | 'node' | 'overrides'>,
  lookup: (name: string, line: number) => Promise<Traced | null>,
): Promise<readonly Pass[] | null> {
  const directive = directiveOf(tree, node, 'loop');
  const loop = directive === null ? null : parseLoop(directive.value);
  if (directive === null || loop === null) return null;
  const line = directive.span.start.line;
  const items = await itemsOf(loop, line, (name) => lookup(name, line));
  if (items.length === 0) {
    throw new KeyturnError('request_disabled', `The list of \`# @loop\` on line ${line + 1} has no items.`);
  }
  if (items.length > mostPasses) {
    throw invalid(line, `makes ${items.length} passes, and Keyturn makes at most ${mostPasses}.`);
  }
  return items.map((item, index) => {
    const own: Record<string, string> = { $index: String(index) };
    if (loop.variable !== null) addMembers(own, loop.variable, item, 0);
    // What the run was given stands above all.
    return { ...own, ...overrides };
  });
}

async function itemsOf(
  loop: Loop,
  line: number,
  lookup: (name: string) => Promise<Traced | null>,
): Promise<readonly unknown[]> {
  if ('count' in loop) {
    const count = Math.min(loop.count, mostPasses + 1);
    return Array.from({ length: count }, (_none, index) => index);
  }
  const { list } = loop;
  if ('json' in list) return listItems(list.json) ?? [];
  const value = await lookup(list.name);
  if (value === null) throw invalid(line, `goes through ${list.name}, which is not defined.`);
  if (value.isSecret) throw invalid(line, `goes through ${list.name}, which is a secret.`);
  const items = listItems(value.text);
  if (items === null) throw invalid(line, `goes through ${list.name}, which is no JSON array.`);
  return items;
}

/** Objects in objects in objects …: deeper is an attack. */
const deepest = 10;

/** A string as it is, everything else as JSON; members of an object under their own names too. */
function addMembers(into: Record<string, string>, name: string, value: unknown, depth: number): void {
  into[name] = typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null || depth >= deepest) return;
  for (const [key, member] of Object.entries(value)) addMembers(into, `${name}.${key}`, member, depth + 1);
}

function invalid(line: number, what: string): KeyturnError {
  return new KeyturnError('request_invalid', `The \`# @loop\` on line ${line + 1} ${what}`, {
    hint: 'Give the variable a list, such as @list = ["a", "b"].',
    data: { line: line + 1 },
  });
}

/**
 * Runs a request once for each pass, one after the other, up to the first that fails. The result is that of the first pass
 * that failed or was answered with a status of 400 and above, else of the last one; `done` tells of all, and so do
 * the tests.
 */
export async function runPasses(
  passes: readonly Pass[],
  run: (pass: Pass) => Promise<RequestResult>,
  signal: AbortSignal | undefined,
): Promise<RequestResult> {
  const outcomes: string[] = [];
  const tests: TestResult[] = [];
  let startedAtMs: number | null = null;
  let shown: { result: RequestResult; pass: number } | null = null;
  for (const [index, pass] of passes.entries()) {
    throwIfAborted(signal);
    const result = await run(pass);
    startedAtMs ??= result.startedAtMs;
    tests.push(...result.tests);
    outcomes.push(result.error?.code ?? String(result.response?.status ?? ''));
    if (shown === null || passed(shown.result)) shown = { result, pass: index + 1 };
    if (result.error !== null) break;
  }
  if (shown === null || startedAtMs === null) throw new KeyturnError('internal', 'A loop made no pass.');
  const { result, pass } = shown;
  const note = `\`# @loop\`: ${outcomes.length} of ${passes.length} passes: ${summary(outcomes)}. This is pass ${pass}.`;
  return { ...result, tests, startedAtMs, done: [...result.done, note] };
}

function passed({ error, response }: RequestResult): boolean {
  return error === null && response !== null && response.status < 400;
}

/** `200 (3), 404, 200`: runs of the same outcome counted. */
function summary(outcomes: readonly string[]): string {
  const runs: { what: string; count: number }[] = [];
  for (const what of outcomes) {
    const last = runs.at(-1);
    if (last?.what === what) last.count++;
    else runs.push({ what, count: 1 });
  }
  const shown = runs.slice(0, 20).map(({ what, count }) => (count === 1 ? what : `${what} (${count})`));
  return shown.join(', ') + (runs.length > 20 ? ', …' : '');
}
