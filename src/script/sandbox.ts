import { readFileSync } from 'node:fs';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core';
import type { ScriptApi, ScriptJob, ScriptLimits, WireOutcome } from './job.ts';
import { Machine } from './machine.ts';

export interface SandboxAnswer {
  readonly outcome: WireOutcome;
  /** The sandbox is not to be used again. */
  readonly spent: boolean;
}

export interface Sandbox {
  run(job: ScriptJob, limits: ScriptLimits): Promise<SandboxAnswer>;
}

/** Beyond the limit of a script: the module's own needs, and what is lost between the pieces of a full memory. */
const SPARE_BYTES = 32 * 1024 * 1024;

/** @param folder where the worker's build put the module of QuickJS and the texts of the APIs */
export async function createSandbox(folder: URL): Promise<Sandbox> {
  const text = (name: string) => readFileSync(new URL(`api/${name}.js`, folder), 'utf8');
  const wasmModule = await WebAssembly.compile(readFileSync(new URL('quickjs.wasm', folder)));
  const machines = new Map<ScriptApi, Machine>();
  const libraries = new Map<string, string>();
  const sourceOf = (name: string) => {
    if (name !== 'jsonPath' && name !== 'dayjs') return null;
    const source = libraries.get(name) ?? text(name);
    libraries.set(name, source);
    return source;
  };
  const machineOf = async (api: ScriptApi) => {
    const known = machines.get(api);
    if (known !== undefined) return known;
    const module = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule }));
    const made = new Machine(module, text(api), sourceOf);
    machines.set(api, made);
    return made;
  };
  return {
    async run(job, limits) {
      const machine = await machineOf(job.api);
      const { outcome, broken } = machine.run(job, limits);
      return { outcome, spent: broken || machine.memoryBytes > limits.memoryBytes + SPARE_BYTES };
    },
  };
}
