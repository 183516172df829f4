// Builds the sandbox for scripts: the worker, the module of QuickJS, and the APIs as texts that run inside it.
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const source = (name) => join(import.meta.dirname, '../src/script', name);
const { resolve } = createRequire(import.meta.url);

/**
 * @param {import('esbuild').BuildOptions} shared
 * @param {string} outdir
 * @returns {import('esbuild').BuildOptions[]}
 */
export function scriptBuilds(shared, outdir) {
  // Evaluated as a function's body, which then returns the global's value.
  const inside = {
    ...shared,
    splitting: false,
    format: 'iife',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    sourcemap: false,
    minify: true,
    outdir: join(outdir, 'api'),
  };
  return [
    { ...shared, splitting: false, entryPoints: { worker: source('worker.ts') }, outdir },
    {
      ...inside,
      globalName: 'keyturnApi',
      entryPoints: { jetbrains: source('api/jetbrains.ts'), httpyac: source('api/httpyac.ts') },
    },
    {
      ...inside,
      globalName: 'keyturnModule',
      footer: { js: 'var keyturnLibrary = keyturnModule.default;' },
      entryPoints: { jsonPath: source('api/jsonPathLibrary.ts'), dayjs: source('api/dayjsLibrary.ts') },
    },
  ];
}

/** @param {string} outdir */
export function copyQuickJs(outdir) {
  mkdirSync(outdir, { recursive: true });
  copyFileSync(resolve('@jitl/quickjs-wasmfile-release-sync/wasm'), join(outdir, 'quickjs.wasm'));
}
