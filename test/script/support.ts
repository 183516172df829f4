import { rmSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { copyQuickJs, scriptBuilds } from '../../scripts/scriptBundle.js';
import type { ScriptJob, ScriptLimits, ScriptState } from '../../src/script/job.ts';
import { ScriptRunner } from '../../src/script/runner.ts';

let built: Promise<string> | null = null;

/** Path of the worker, built from source once in this process. */
export function builtWorker(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const outdir = join(import.meta.dirname, `../../node_modules/.cache/keyturn-script/${process.pid}`);
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const shared: esbuild.BuildOptions = { bundle: true, format: 'esm', platform: 'node', target: 'node20' };
  copyQuickJs(outdir);
  await Promise.all(
    scriptBuilds({ ...shared, mainFields: ['module', 'main'], logLevel: 'error' }, outdir).map((options) =>
      esbuild.build(options),
    ),
  );
  return join(outdir, 'worker.js');
}

/** A runner with limits that a test can wait for. */
export async function runnerOf(limits: Partial<ScriptLimits> = {}): Promise<ScriptRunner> {
  return new ScriptRunner({
    worker: await builtWorker(),
    limits: () => ({ timeoutMs: 2000, memoryBytes: 64 * 1024 * 1024, ...limits }),
  });
}

export const noState: ScriptState = {
  globals: {},
  variables: {},
  fileVariables: {},
  environment: {},
  environmentName: null,
  processEnvironment: {},
  request: null,
  response: null,
  responses: {},
  iteration: 0,
};

export function jobOf(code: string, parts: Partial<ScriptJob> = {}): ScriptJob {
  return { api: 'jetbrains', form: 'script', code, firstLine: 0, state: noState, ...parts };
}
