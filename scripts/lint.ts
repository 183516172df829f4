// ESLint over the files whose result is not known. Rules that use types see more than one file, so the result of a file is
// known only while the file, all that it imports, and the rules stay the same.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createProgram } from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import * as v from 'valibot';

const project = join(import.meta.dirname, '..');
const known = join(project, 'node_modules/.cache/lint.json');
const exclude = [
  '**/node_modules/**',
  'dist/**',
  '.vscode-test/**',
  'test-results/**',
  'test/bench/peers/**',
];
/** What every result depends on: the rules, the compiler's options, the packages and the ambient types. */
const common = ['eslint.config.js', 'tsconfig.json', 'package-lock.json', 'src/**/*.d.ts', 'scripts/lint.ts'];
const KnownResults = v.record(v.string(), v.string());

const files = globSync('**/*.{ts,js,mjs,cjs}', { cwd: project, exclude }).map((file) =>
  file.replaceAll('\\', '/'),
);
const contents = new Map<string, string>();
const imports = new Map<string, string[]>();
const commonHash = hash(globSync(common, { cwd: project }).sort().map(read));
const hashes = new Map(files.map((file) => [file, hashWithImports(file)]));
const clean = knownResults();
const unknown = files.filter((file) => clean[file] !== hashes.get(file));

if (unknown.length > 0) {
  // One program for all files takes less time than the service that editors use.
  const parserOptions = { projectService: false, programs: [createProgram(join(project, 'tsconfig.json'))] };
  const eslint = new ESLint({ cwd: project, overrideConfig: { languageOptions: { parserOptions } } });
  const results = await eslint.lintFiles(unknown);
  const formatter = await eslint.loadFormatter('stylish');
  const text = await formatter.format(results);
  process.stdout.write(text);
  const flawed = new Set(
    results.filter(({ messages }) => messages.length > 0).map(({ filePath }) => filePath),
  );
  const passed = files.filter((file) => !flawed.has(join(project, file)));
  mkdirSync(dirname(known), { recursive: true });
  writeFileSync(known, JSON.stringify(Object.fromEntries(passed.map((file) => [file, hashes.get(file)]))));
  if (flawed.size > 0) process.exitCode = 1;
}
process.stdout.write(
  `ESLint looked at ${unknown.length} of ${files.length} files; the others have not changed.\n`,
);

function read(file: string): string {
  const text = contents.get(file) ?? readFileSync(join(project, file), 'utf8');
  contents.set(file, text);
  return text;
}

/** The files of the project that a file imports, types and JSON included. */
function importsOf(file: string): string[] {
  const found =
    imports.get(file) ??
    [...read(file).matchAll(/(?:\bfrom|\bimport\(|\bimport)\s{0,5}'(\.[^'\n]+)'/g)]
      .map(([, path = '']) => join(dirname(file), path).replaceAll('\\', '/'))
      .filter((path) => existsSync(join(project, path)) && !path.startsWith('dist/'));
  imports.set(file, found);
  return found;
}

function hashWithImports(file: string): string {
  const reached = new Set([file]);
  for (const each of reached) for (const imported of importsOf(each)) reached.add(imported);
  const texts = [...reached].sort().flatMap((each) => [each, read(each)]);
  return hash([commonHash, file, ...texts]);
}

function hash(texts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const text of texts) sum.update(`${text.length}:${text}`);
  return sum.digest('base64url');
}

/** Nothing is known where the file is missing or damaged. */
function knownResults(): Record<string, string> {
  try {
    const parsed = v.safeParse(KnownResults, JSON.parse(readFileSync(known, 'utf8')));
    return parsed.success ? parsed.output : {};
  } catch {
    return {};
  }
}
