// `npm run package`: the VSIX.
//   --no-build   packs dist/ as it is
//   --out FILE   where to write it
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { readmeForPage } from './readmeForPage.ts';

const project = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { 'no-build': { type: 'boolean' }, out: { type: 'string' } } });

if (values['no-build'] !== true) runNode('esbuild.js', '--production');
runNode(
  'node_modules/@vscode/vsce/vsce',
  'package',
  // Everything that runs is bundled.
  '--no-dependencies',
  ...pageOptions(),
  ...(values.out === undefined ? [] : ['--out', values.out]),
);

/** With a `repository` in package.json, vsce makes addresses of relative links; until then the pages hold what the editor can show. */
function pageOptions(): string[] {
  if ('repository' in manifest) return ['--readme-path', 'README.md', '--changelog-path', 'CHANGELOG.md'];
  const pages = 'dist/pages';
  mkdirSync(join(project, pages), { recursive: true });
  for (const name of ['README.md', 'CHANGELOG.md']) {
    const text = readFileSync(join(project, name), 'utf8');
    writeFileSync(join(project, pages, name), readmeForPage(text));
  }
  return [
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    ...['--readme-path', `${pages}/README.md`, '--changelog-path', `${pages}/CHANGELOG.md`],
  ];
}

function runNode(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: project, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
