import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'jsonc-parser';

/**
 * The environment files of each request file, by its name: what they are called beside it, and their text.
 * @returns {Promise<Map<string, { name: string, text: string }[]>>}
 */
export async function environmentsOf(folder) {
  const found = new Map();
  const index = join(folder, 'index.json');
  if (!existsSync(index)) return found;
  for (const { file, belongsTo } of JSON.parse(await readFile(index, 'utf8'))) {
    const text = await readFile(join(folder, '..', file), 'utf8');
    const environment =
      basename(file) === 'settings.json' ? fromSettings(text) : { name: basename(file), text };
    for (const owner of belongsTo) {
      const own = found.get(basename(owner)) ?? [];
      if (!own.some(({ name }) => name === environment.name)) own.push(environment);
      found.set(basename(owner), own);
    }
  }
  return found;
}

/** The command does not read the editor's settings, so that their environments go into a file. */
function fromSettings(text) {
  const environments = parse(text)?.['rest-client.environmentVariables'] ?? {};
  return { name: 'http-client.env.json', text: JSON.stringify(environments) };
}

/** The environment that defines most of what the file uses; null where there is none. */
export function chooseEnvironment(text, environments) {
  let best = null;
  for (const { name, text: content } of environments) {
    if (!name.startsWith('http-client')) continue;
    for (const [environment, variables] of Object.entries(parse(content) ?? {})) {
      if (environment.startsWith('$') || typeof variables !== 'object') continue;
      const score = Object.keys(variables ?? {}).filter((variable) =>
        text.includes(`{{${variable}}}`),
      ).length;
      if (best === null || score > best.score) best = { environment, score };
    }
  }
  return best?.environment ?? null;
}
