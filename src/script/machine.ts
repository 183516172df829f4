import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import { Collector } from './collector.ts';
import { SCRIPT_NAME } from './errorLine.ts';
import { hostFunctions, installed, type HostWork } from './hostFunctions.ts';
import type { ScriptJob, ScriptLimits, WireOutcome } from './job.ts';
import { Snapshot } from './snapshot.ts';

export interface MachineAnswer {
  readonly outcome: WireOutcome;
  /** QuickJS was stopped in the middle of something: the machine is not to be used again. */
  readonly broken: boolean;
}

/** QuickJS's own count; the thread's stack has room for several times as much. */
const STACK_BYTES = 512 * 1024;
/** To look at what a script left behind, after its time. */
const FINISH_MS = 200;

/**
 * One context of QuickJS with one API. Its memory is photographed once, before any script, and each script begins with that
 * memory: that takes a tenth of the time of another context, and leaves nothing of the script before.
 */
export class Machine {
  readonly #module: QuickJSWASMModule;
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  /** The API's own functions, out of the script's reach. */
  readonly #api: Readonly<Record<'begin' | 'fail' | 'value' | 'finish', QuickJSHandle>>;
  readonly #start: Snapshot;
  #work: HostWork | null = null;
  #late: () => boolean = () => false;

  /** @param sourceOf text of a library that the API loads when a script needs it */
  constructor(module: QuickJSWASMModule, api: string, sourceOf: (name: string) => string | null) {
    this.#module = module;
    this.#runtime = module.newRuntime();
    this.#runtime.setMaxStackSize(STACK_BYTES);
    this.#runtime.setInterruptHandler(() => this.#late());
    const context = this.#runtime.newContext();
    this.#context = context;
    const work = () => {
      if (this.#work === null) throw new Error('No script runs.');
      return this.#work;
    };
    const host = installed(context, hostFunctions(work, sourceOf));
    const code = `(function(){${api}\nreturn keyturnApi.install})()`;
    const install = context.unwrapResult(context.evalCode(code, 'keyturn-api'));
    const made = context.unwrapResult(context.callFunction(install, context.undefined, host));
    this.#api = {
      begin: context.getProp(made, 'begin'),
      fail: context.getProp(made, 'fail'),
      value: context.getProp(made, 'value'),
      finish: context.getProp(made, 'finish'),
    };
    // None of these handles is ever freed: they are part of the photograph.
    this.#start = new Snapshot(module.getWasmMemory());
  }

  get memoryBytes(): number {
    return this.#module.getWasmMemory().buffer.byteLength;
  }

  run(job: ScriptJob, limits: ScriptLimits): MachineAnswer {
    this.#start.restore();
    const collector = new Collector(job);
    const { outcome } = collector;
    this.#work = { state: job.state, collector, longestText: limits.memoryBytes / 6 };
    this.#runtime.setMemoryLimit(limits.memoryBytes);
    const time = new TimeLimit(limits.timeoutMs);
    this.#late = () => time.isOver();
    try {
      this.#evaluate(job, collector);
      if (!time.wasOver) {
        time.extend(FINISH_MS);
        this.#call('finish');
      }
    } catch (error) {
      // QuickJS itself came to an end: for want of memory, or of the thread's stack.
      const kind = error instanceof RangeError ? 'stack' : 'memory';
      outcome.error = limitError(time.wasOver ? 'time' : kind, job, limits);
      return { outcome: collector.finish(), broken: true };
    }
    if (time.wasOver) outcome.error = limitError('time', job, limits);
    const kind = outcome.error?.kind;
    if (kind === 'memory' || kind === 'stack') {
      outcome.error = limitError(kind, job, limits, outcome.error?.line);
    }
    return { outcome: collector.finish(), broken: false };
  }

  #evaluate({ code, form, state }: ScriptJob, collector: Collector): void {
    const context = this.#context;
    // Of many variables, only those that stand in the code become names of it.
    const named = Object.keys(state.variables).filter((name) => code.includes(name));
    this.#call('begin', context.newString(JSON.stringify(named)));
    const body = form === 'script' ? `${code}\n` : `return (${code}\n)`;
    const wrapped = context.evalCode(`(async function(){${body}})`, SCRIPT_NAME, { type: 'global' });
    if (wrapped.error !== undefined) {
      if (!collector.reportUnsupportedForm(code)) this.#call('fail', wrapped.error);
      return;
    }
    const started = context.callFunction(wrapped.value, context.undefined);
    if (started.error !== undefined) {
      this.#call('fail', started.error);
      return;
    }
    // Its error is a script's whose time is over.
    this.#runtime.executePendingJobs();
    const end = context.getPromiseState(started.value);
    if (end.type === 'rejected') this.#call('fail', end.error);
    if (end.type === 'fulfilled' && form === 'expression') this.#call('value', end.value);
    if (end.type === 'pending') {
      collector.report('error', 'Error', 'The script waits for something that never happens.', undefined);
    }
  }

  /** A function of the API. What it throws is the script's doing, such as a getter that throws. */
  #call(name: 'begin' | 'fail' | 'value' | 'finish', ...values: QuickJSHandle[]): void {
    const result = this.#context.callFunction(this.#api[name], this.#context.undefined, ...values);
    if (result.error !== undefined && name !== 'fail') this.#call('fail', result.error);
  }
}

class TimeLimit {
  #end: number;
  /** A script was stopped for it. */
  wasOver = false;

  constructor(durationMs: number) {
    this.#end = performance.now() + durationMs;
  }

  /** From now on. */
  extend(durationMs: number): void {
    this.#end = performance.now() + durationMs;
  }

  isOver(): boolean {
    this.wasOver ||= performance.now() > this.#end;
    return this.wasOver;
  }
}

function limitError(
  kind: 'time' | 'memory' | 'stack',
  job: ScriptJob,
  limits: ScriptLimits,
  line: number | null = null,
) {
  const messages = {
    time: `The script took longer than ${limits.timeoutMs / 1000} s.`,
    memory: `The script needs more memory than ${limits.memoryBytes / 1024 / 1024} MB.`,
    stack: 'The script calls functions too deeply.',
  };
  return { kind, message: messages[kind], line: line ?? job.firstLine };
}
