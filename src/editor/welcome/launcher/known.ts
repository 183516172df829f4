import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { KeyValueStore } from '../../../base/keyValue.ts';
import { targetKey, targetText } from '../target.ts';
import { writeLauncher } from './file.ts';
import { launcherText, type LauncherPlace, type LauncherTarget } from './text.ts';

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

/**
 * Makes the known launchers start `target`. One that was changed or made by another editor is forgotten; one that is not
 * there may be on the other side of a remote window. Fails when one could not be written, after all others were.
 */
export async function updateLaunchers(
  values: KeyValueStore,
  target: LauncherTarget,
  place: LauncherPlace,
): Promise<void> {
  const kept: v.InferOutput<typeof schema> = [];
  const failures: unknown[] = [];
  for (const { file, ...made } of v.parse(schema, await values.get(key))) {
    const text = await readFile(file, 'utf8').catch(() => null);
    // Another window may have written it just now.
    if (text === launcherText(target, place)) kept.push({ file, ...target });
    else if (text === null) kept.push({ file, ...made });
    else if (text === launcherText(made, place)) {
      const failure = await writeLauncher(file, launcherText(target, place)).then(
        () => null,
        (error: unknown) => error,
      );
      kept.push({ file, ...(failure === null ? target : made) });
      if (failure !== null) failures.push(failure);
    }
  }
  await values.set(key, kept);
  await values.set(targetKey, kept.length === 0 ? undefined : targetText(target));
  if (failures.length > 0) throw failures[0];
}
