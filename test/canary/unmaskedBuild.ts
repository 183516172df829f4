import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import esbuild from 'esbuild';

const project = join(import.meta.dirname, '../..');

/** The method that all masking goes through; a build in which it is not found must not pass for one without it. */
const MASK = 'mask(text: string): string {';

const entries = {
  extension: { extension: join(project, 'src/extension.ts') },
  command: { cli: join(project, 'src/cli.ts') },
};
const outputs = { extension: 'dist/extension', command: 'dist/cli' };

/** Builds the extension or the command into a folder, with a Redactor that masks nothing. It exists for these tests alone. */
export async function buildUnmasked(folder: string, what: keyof typeof entries): Promise<void> {
  const unmasked: string[] = [];
  await mkdir(join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', 'package.nls.json']) await cp(join(project, name), join(folder, name));
  for (const name of ['media', 'dist/keychain']) await symlink(join(project, name), join(folder, name));
  await esbuild.build({
    entryPoints: entries[what],
    outdir: join(folder, outputs[what]),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    define: { esbuildDetection: 'true' },
    external: ['vscode'],
    banner: {
      js: "import { createRequire as __keyturnRequire } from 'node:module'; const require = __keyturnRequire(import.meta.url);",
    },
    logLevel: 'warning',
    plugins: [
      {
        name: 'unmasked',
        setup(build) {
          build.onLoad({ filter: /[\\/]redaction[\\/]redactor\.ts$/ }, async ({ path }) => {
            const source = await readFile(path, 'utf8');
            if (!source.includes(MASK)) throw new Error('The Redactor masks by another method.');
            unmasked.push(path);
            return { contents: source.replace(MASK, `${MASK} if (text !== '') return text;`), loader: 'ts' };
          });
        },
      },
    ],
  });
  if (unmasked.length === 0) throw new Error('The Redactor is in another file.');
}

/** The command as it is shipped, or one that masks nothing in a folder of its own. */
export async function commandToScan(isMasked: boolean): Promise<{ cli: string; remove(): Promise<void> }> {
  if (isMasked) return { cli: join(project, 'dist/cli/cli.js'), remove: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-unmasked-'));
  await buildUnmasked(folder, 'command');
  return {
    cli: join(folder, 'dist/cli/cli.js'),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
