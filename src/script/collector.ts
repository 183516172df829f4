import * as v from 'valibot';
import type { Report } from './api/host.ts';
import { lineInScript } from './errorLine.ts';
import { emptyOutcome, type ScriptJob, type WireOutcome } from './job.ts';

/** Of all that a script hands out, in characters. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
const MOST_TESTS = 2000;
const MOST_LOGS = 2000;
const MOST_LOGGED_CHARACTERS = 512 * 1024;
const LONGEST_MESSAGE = 4000;

/** `import(…)` is an expression, and fails as one. */
const UNSUPPORTED_FORM = /^\s{0,200}(import|export)\b(?!\s{0,20}[(:=.])/;

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;
const headersSchema = v.array(v.tuple([v.string(), v.string()]));

/** More than a script may hand out, or not what it should be. */
class ResultFault extends Error {}

/** What one script hands out, as it happens, so that a script that fails loses nothing of it. */
export class Collector {
  readonly outcome: WireOutcome = emptyOutcome();
  readonly #firstLine: number;
  readonly #lines: number;
  /** Names and JSON texts; null for what is to go. Of the last word for each name. */
  readonly #changes = {
    global: new Map<string, string | null>(),
    variable: new Map<string, string | null>(),
    globalHeader: new Map<string, string | null>(),
  };
  #characters = 0;
  #logged = 0;
  #fault: string | null = null;

  constructor({ code, firstLine }: Pick<ScriptJob, 'code' | 'firstLine'>) {
    this.#firstLine = firstLine;
    this.#lines = code.split('\n').length;
  }

  /** @throws ResultFault where the script hands out too much; all of the script's later reports fail like that. */
  report(report: Report, name: string, text: string | undefined, stack: string | undefined): void {
    if (this.#fault !== null && report !== 'error') throw new ResultFault(this.#fault);
    this.#characters += name.length + (text?.length ?? 0);
    if (this.#characters > MOST_CHARACTERS && report !== 'error')
      this.#fail('The script hands out more than 16 MB.');
    const { outcome } = this;
    switch (report) {
      case 'global':
      case 'variable':
      case 'globalHeader':
        this.#changes[report].set(name, text ?? null);
        return;
      case 'test':
        if (outcome.tests.length >= MOST_TESTS) this.#fail(`The script runs more than ${MOST_TESTS} tests.`);
        outcome.tests.push({
          name: shortened(name),
          passed: text === undefined,
          message: text === undefined ? null : shortened(text),
          line: this.lineOf(stack),
        });
        return;
      case 'log':
        this.#log(name, text ?? '');
        return;
      case 'request':
        this.#changeRequest(name, text ?? null);
        return;
      case 'value':
        outcome.value = text ?? '';
        return;
      case 'exit':
        outcome.exited = true;
        return;
      case 'skip':
        outcome.skipped = true;
        return;
      case 'error':
        // Only the first: what comes after it follows from it.
        outcome.error ??= {
          kind: kindOf(name, text ?? ''),
          message: shortened(text === '' || text === undefined ? name : text),
          line: this.lineOf(stack),
        };
        return;
      default:
        report satisfies never;
    }
  }

  /** For a script that cannot be read: true where the reason is a form that Keyturn does not offer, which is then named. */
  reportUnsupportedForm(code: string): boolean {
    const lines = code.split('\n');
    const line = lines.findIndex((text) => UNSUPPORTED_FORM.test(text));
    const form = UNSUPPORTED_FORM.exec(lines[line] ?? '')?.[1];
    if (form === undefined) return false;
    const message = `Keyturn doesn't support "${form}" in scripts.`;
    this.outcome.error = { kind: 'unsupported', message, line: this.#firstLine + line };
    return true;
  }

  /** Zero-based line of the file that the script's stack names first; null where it names none. */
  lineOf(stack: string | undefined): number | null {
    const line = lineInScript(stack ?? '', this.#lines);
    return line === null ? null : this.#firstLine + line;
  }

  /** The whole outcome. */
  finish(): WireOutcome {
    this.outcome.globals = this.#changesOf('global');
    this.outcome.variables = this.#changesOf('variable');
    this.outcome.globalHeaders = this.#changesOf('globalHeader');
    if (this.#fault !== null) this.#error('result', this.#fault);
    return this.outcome;
  }

  /** Takes the place of what the script itself threw because of it. */
  #error(kind: 'result', message: string): void {
    this.outcome.error = { kind, message, line: this.outcome.error?.line ?? this.#firstLine };
  }

  #changesOf(kind: 'global' | 'variable' | 'globalHeader'): WireOutcome['globals'] {
    const set: [string, string][] = [];
    const removed: string[] = [];
    for (const [name, text] of this.#changes[kind]) {
      if (text === null) removed.push(name);
      else if (isJson(text)) set.push([name, text]);
      else this.#error('result', `The script sets ${name} to what is no JSON.`);
    }
    return { set, removed };
  }

  #log(level: string, text: string): void {
    const { logs } = this.outcome;
    if (this.#logged > MOST_LOGGED_CHARACTERS || logs.length > MOST_LOGS) return;
    this.#logged += text.length;
    const full = this.#logged > MOST_LOGGED_CHARACTERS || logs.length === MOST_LOGS;
    if (full)
      logs.push({ level: 'warn', text: 'The script logs more than Keyturn keeps: the rest is left out.' });
    else logs.push({ level: LEVELS.find((known) => known === level) ?? 'log', text });
  }

  #changeRequest(part: string, text: string | null): void {
    const request = (this.outcome.request ??= { method: null, url: null, headers: null, body: null });
    if (part === 'method' || part === 'url' || part === 'body') request[part] = text;
    if (part === 'headers') request.headers = headersOf(text ?? '');
    if (part === 'headers' && request.headers === null)
      this.#fail('The script sets headers that are no texts.');
  }

  #fail(message: string): never {
    this.#fault = message;
    throw new ResultFault(message);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function headersOf(text: string): [string, string][] | null {
  try {
    return v.parse(headersSchema, JSON.parse(text));
  } catch {
    return null;
  }
}

function shortened(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`;
}

function kindOf(name: string, message: string): 'threw' | 'syntax' | 'unsupported' | 'memory' | 'stack' {
  if (name === 'UnsupportedError') return 'unsupported';
  if (name === 'SyntaxError') return 'syntax';
  if (/^(?:InternalError|RangeError)$/.test(name) && message === 'out of memory') return 'memory';
  if (/^(?:InternalError|RangeError)$/.test(name) && /stack/i.test(message)) return 'stack';
  return 'threw';
}
