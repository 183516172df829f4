import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { KeyValueStore } from '../../../base/keyValue.ts';
import { targetKey, targetText } from '../target.ts';
import { writeLauncher } from './file.ts';
import { launcherText, type LauncherTarget } from './text.ts';

/** Where it is kept which launchers were made here. */
const key = 'keyturn.launchers';

const schema = v.fallback(
  v.array(v.object({ file: v.string(), extension: v.string(), runtime: v.string() })),
  [],
);

/** Remembers a launcher, so that it still works after an update of the extension or the editor. */
export async function rememberLauncher(
  values: KeyValueStore,
  file: string,
  target: LauncherTarget,
): Promise<void> {
  const known = v.parse(schema, await values.get(key));
  await values.set(key, [...known.filter((each) => each.file !== file), { file, ...target }]);
  await values.set(targetKey, targetText(target));
}

/** Makes the known launchers start `target`. One that was changed, deleted or made by another editor is forgotten. */
export async function updateLaunchers(
  values: KeyValueStore,
  target: LauncherTarget,
  platform: NodeJS.Platform,
): Promise<void> {
  const updated: v.InferOutput<typeof schema> = [];
  for (const { file, ...made } of v.parse(schema, await values.get(key))) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== launcherText(made, platform)) continue;
    await writeLauncher(file, launcherText(target, platform));
    updated.push({ file, ...target });
  }
  await values.set(key, updated);
  await values.set(targetKey, updated.length === 0 ? undefined : targetText(target));
}
