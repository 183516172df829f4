import { readdirSync, readFileSync } from 'node:fs';
import { getL10nJson } from '@vscode/l10n-dev';

const project = new URL('../', import.meta.url);

/** What speaks to a person in the editor: paths in the project. */
export const editorFiles: readonly string[] = [
  'src/extension.ts',
  ...readdirSync(new URL('src/editor/', project), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/editor/${name.replaceAll('\\', '/')}`)
    .sort(),
];

export const sourceOf = (file: string): string => readFileSync(new URL(file, project), 'utf8');

/** l10n/bundle.l10n.json: every text of the editor, as `@vscode/l10n-dev export` finds it, in the order of the alphabet. */
export async function l10nBundle(): Promise<string> {
  // The exporter searches everything once for each import: with one import it takes a fortieth of the time.
  const sources = editorFiles.map((file) => sourceOf(file).replace(/^import [^;]* from 'vscode';$/m, ''));
  const contents = ["import { l10n } from 'vscode';", ...sources].join('\n');
  const texts = await getL10nJson([{ extension: '.ts', contents }]);
  const sorted = Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}
