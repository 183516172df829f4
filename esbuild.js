// Builds dist/: the extension, the command, the sandbox's and the keychain's process, each with its own lazily loaded
// chunks, and the worker in which scripts run.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import esbuild from 'esbuild';
import { copyQuickJs, scriptBuilds } from './scripts/scriptBundle.js';
import { completionSchema } from './src/editor/profiles/completionSchema.ts';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** Bundled CommonJS packages look for `require`, which an ES module does not have. */
const requireBanner =
  "import { createRequire as __keyturnRequire } from 'node:module'; const require = __keyturnRequire(import.meta.url);";

/** @type {esbuild.BuildOptions} */
const shared = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // The CommonJS build of jsonc-parser loads its parts in a way that cannot be bundled.
  mainFields: ['module', 'main'],
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  minify: production,
  // undici loads an experimental second parser unless it is told that it is bundled.
  define: { esbuildDetection: 'true' },
  // The licences of what is bundled are in dist/ThirdPartyNotices.txt.
  legalComments: 'none',
  metafile: true,
  logLevel: 'info',
};

/** @type {esbuild.BuildOptions[]} */
const builds = [
  // The only bundle that may name 'vscode': anywhere else the import cannot be resolved and the build fails.
  {
    ...shared,
    entryPoints: ['src/extension.ts'],
    outdir: 'dist/extension',
    external: ['vscode'],
    banner: { js: requireBanner },
  },
  {
    ...shared,
    entryPoints: { cli: 'src/cli.ts' },
    outdir: 'dist/cli',
    banner: { js: requireBanner },
  },
  // Serves the extension and the command alike. It finds keytar's native parts in prebuilds/, beside it.
  {
    ...shared,
    entryPoints: { keychainProcess: 'src/keychain/keychainProcess.ts' },
    outdir: 'dist/keychain',
    banner: { js: requireBanner },
  },
  {
    ...shared,
    // oidc-provider finds its models by the names of their classes.
    keepNames: true,
    entryPoints: { sandbox: 'src/sandbox/main.ts' },
    outdir: 'dist/sandbox',
    banner: { js: requireBanner },
  },
  // Serves the extension and the command alike.
  ...scriptBuilds(shared, 'dist/script'),
];

rmSync('dist', { recursive: true, force: true });
// Node-API, so that one file for each system serves Node and the editor's Electron of any version.
cpSync('node_modules/keytar/prebuilds', 'dist/keychain/prebuilds', { recursive: true });
copyQuickJs('dist/script');
const schema = JSON.parse(readFileSync('media/keyturn.schema.json', 'utf8'));
writeFileSync('dist/keyturn.schema.json', JSON.stringify(completionSchema(schema)));
if (watch) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  const results = await Promise.all(builds.map((options) => esbuild.build(options)));
  writeFileSync(
    'dist/ThirdPartyNotices.txt',
    notices(results.flatMap(({ metafile }) => Object.keys(metafile.inputs))),
  );
}

/** Name, version and licence of every package that one of the files belongs to. */
function notices(files) {
  const folders = new Set();
  for (const file of files) {
    const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file);
    if (found !== null) folders.add(found[0]);
  }
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
  });
  return `Keyturn contains the following packages.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
