import { readFileSync } from 'node:fs';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import { Collector } from './collector.ts';
import { SCRIPT_NAME } from './errorLine.ts';
import { hostFunctions, installed, type HostWork } from './hostFunctions.ts';
import type { ScriptApi, ScriptJob, ScriptLimits, WireOutcome } from './job.ts';

export interface SandboxAnswer {
  readonly outcome: WireOutcome;
  /** The sandbox is not to be used again. */
  readonly spent: boolean;
}

export interface Sandbox {
  run(job: ScriptJob, limits: ScriptLimits): SandboxAnswer;
  /** Makes the context of the next script ahead of time. */
  prepare(api: ScriptApi): void;
}

/** QuickJS's own count; the thread's stack has room for several times as much. */
const STACK_BYTES = 512 * 1024;
/** To look at what a script left behind, after its time. */
const FINISH_MS = 200;
/** Beyond the limit of a script: the module's own needs, and what is lost between the pieces of a full memory. */
const SPARE_BYTES = 32 * 1024 * 1024;

/** @param folder where the worker's build put the module of QuickJS and the texts of the APIs */
export async function createSandbox(folder: URL): Promise<Sandbox> {
  const text = (name: string) => readFileSync(new URL(`api/${name}.js`, folder), 'utf8');
  const wasmModule = await WebAssembly.compile(readFileSync(new URL('quickjs.wasm', folder)));
  const module = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule }));
  const apis = { jetbrains: text('jetbrains'), httpyac: text('httpyac') };
  const libraries = new Map<string, string>();
  const sourceOf = (name: string) => {
    if (name !== 'jsonPath' && name !== 'dayjs') return null;
    const source = libraries.get(name) ?? text(name);
    libraries.set(name, source);
    return source;
  };
  let prepared: { readonly api: ScriptApi; readonly machine: Machine } | null = null;
  const make = (api: ScriptApi) => new Machine(module, apis[api], sourceOf);
  return {
    run(job, limits) {
      const machine = prepared?.api === job.api ? prepared.machine : make(job.api);
      if (prepared !== null && machine !== prepared.machine) prepared.machine.dispose();
      prepared = null;
      const answer = machine.run(job, limits);
      // What a script at a limit leaves behind may not be in a state to be freed.
      if (!answer.spent) machine.dispose();
      const large = module.getWasmMemory().buffer.byteLength > limits.memoryBytes + SPARE_BYTES;
      return { ...answer, spent: answer.spent || large };
    },
    prepare(api) {
      prepared ??= { api, machine: make(api) };
    },
  };
}

/** One context of QuickJS with one API, for one script. */
class Machine {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  /** The API's own functions, out of the script's reach. */
  readonly #api: QuickJSHandle;
  #work: HostWork | null = null;

  constructor(module: QuickJSWASMModule, api: string, sourceOf: (name: string) => string | null) {
    this.#runtime = module.newRuntime();
    this.#runtime.setMaxStackSize(STACK_BYTES);
    this.#context = this.#runtime.newContext();
    const work = () => {
      if (this.#work === null) throw new Error('No script runs.');
      return this.#work;
    };
    const host = installed(this.#context, hostFunctions(work, sourceOf));
    const install = this.#context.unwrapResult(
      this.#context.evalCode(`(function(){${api}\nreturn keyturnApi.install})()`, 'keyturn-api'),
    );
    this.#api = this.#context.unwrapResult(this.#context.callFunction(install, this.#context.undefined, host));
    install.dispose();
    host.dispose();
  }

  run(job: ScriptJob, limits: ScriptLimits): SandboxAnswer {
    const collector = new Collector(job);
    this.#work = { state: job.state, collector, longestText: limits.memoryBytes / 6 };
    this.#runtime.setMemoryLimit(limits.memoryBytes);
    let timedOut = false;
    let end = performance.now() + limits.timeoutMs;
    this.#runtime.setInterruptHandler(() => {
      if (performance.now() <= end) return false;
      timedOut = true;
      return true;
    });
    try {
      this.#evaluate(job, collector);
      if (!timedOut) {
        end = performance.now() + FINISH_MS;
        this.#call('finish');
      }
    } catch (error) {
      // QuickJS itself came to an end: its memory is gone, or the thread's stack.
      const stack = error instanceof RangeError;
      if (!timedOut) collector.outcome.error = limitError(stack ? 'stack' : 'memory', job, limits);
      return { outcome: collector.finish(), spent: true };
    }
    if (timedOut) collector.outcome.error = limitError('time', job, limits);
    const outcome = collector.finish();
    const memory = outcome.error?.kind === 'memory' ? limitError('memory', job, limits) : null;
    if (memory !== null) outcome.error = { ...memory, line: outcome.error?.line ?? memory.line };
    if (outcome.error?.kind === 'stack') {
      outcome.error = { ...outcome.error, message: 'The script calls functions too deeply.' };
    }
    return { outcome, spent: timedOut || memory !== null };
  }

  dispose(): void {
    this.#api.dispose();
    this.#context.dispose();
    this.#runtime.dispose();
  }

  #evaluate({ code, form, state }: ScriptJob, collector: Collector): void {
    // Of many variables, only those that stand in the code become names of it.
    const named = Object.keys(state.variables).filter((name) => code.includes(name));
    const names = this.#context.newString(JSON.stringify(named));
    this.#call('begin', names);
    names.dispose();
    const body = form === 'script' ? `${code}\n` : `return (${code}\n)`;
    const wrapped = this.#context.evalCode(`(async function(){${body}})`, SCRIPT_NAME, { type: 'global' });
    if (wrapped.error !== undefined) {
      if (!collector.reportUnsupportedForm(code)) this.#tell(wrapped.error);
      wrapped.error.dispose();
      return;
    }
    const started = this.#context.callFunction(wrapped.value, this.#context.undefined);
    wrapped.value.dispose();
    if (started.error !== undefined) {
      this.#tell(started.error);
      started.error.dispose();
      return;
    }
    const jobs = this.#runtime.executePendingJobs();
    if (jobs.error !== undefined) jobs.error.dispose();
    else jobs.dispose();
    const end = this.#context.getPromiseState(started.value);
    if (end.type === 'rejected') this.#tell(end.error);
    if (end.type === 'fulfilled' && form === 'expression') this.#call('value', end.value);
    if (end.type === 'pending') {
      collector.report('error', 'Error', 'The script waits for something that never happens.', undefined);
    }
    if (end.type === 'rejected') end.error.dispose();
    if (end.type === 'fulfilled') end.value.dispose();
    started.value.dispose();
  }

  #tell(error: QuickJSHandle): void {
    this.#call('fail', error);
  }

  /** A function of the API. What it throws is the script's doing, such as a getter that throws. */
  #call(name: 'begin' | 'fail' | 'value' | 'finish', value?: QuickJSHandle): void {
    const act = this.#context.getProp(this.#api, name);
    const result = this.#context.callFunction(act, this.#context.undefined, ...(value === undefined ? [] : [value]));
    act.dispose();
    if (result.error !== undefined && name !== 'fail') this.#tell(result.error);
    result.dispose();
  }
}

function limitError(kind: 'time' | 'memory' | 'stack', job: ScriptJob, limits: ScriptLimits) {
  const messages = {
    time: `The script took longer than ${limits.timeoutMs / 1000} s.`,
    memory: `The script needs more memory than ${limits.memoryBytes / 1024 / 1024} MB.`,
    stack: 'The script calls functions too deeply.',
  };
  return { kind, message: messages[kind], line: job.firstLine };
}
