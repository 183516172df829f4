import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import esbuild from 'esbuild';

/** The sandbox's process entry, bundled as the build does it, in a folder of its own. */
export async function bundleSandbox(): Promise<{ entry: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-sandbox-'));
  await esbuild.build({
    entryPoints: { sandbox: 'src/sandbox/main.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return {
    entry: join(folder, 'sandbox.mjs'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
