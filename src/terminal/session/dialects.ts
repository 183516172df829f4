import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { fileLimits } from '../../base/files.ts';
import { dialectBeside, siblingLimits } from '../../httpfile/dialects/neighbours.ts';
import { settledDialect } from '../../httpfile/parse/dialect.ts';
import { signsOf } from '../../httpfile/parse/parse.ts';
import { dialects, type Dialect } from '../../httpfile/parse/tree.ts';
import { didYouMean } from '../didYouMean.ts';
import { nodeFiles } from './nodeFiles.ts';
import { isRequestFileName } from './requestFileName.ts';

export const dialectHelp = `  --dialect NAME     read the files as this tool does: ${dialects.join(', ')},
                     or auto (the default)`;

/** `--dialect NAME`; null for `auto`. Fails with `usage`. */
export function parseDialect(text: string | undefined): Dialect | null {
  if (text === undefined || text === 'auto') return null;
  const found = dialects.find((dialect) => dialect === text);
  if (found !== undefined) return found;
  const near = didYouMean(text, dialects);
  throw new KeyturnError('usage', `There is no dialect ${JSON.stringify(text)}.`, {
    hint:
      near === null
        ? `The dialects are ${dialects.join(', ')} and auto.`
        : `Did you mean \`--dialect ${near}\`?`,
  });
}

/** Whose rules a file is read by: its own signs, else those of the files beside it. */
export async function dialectOf(
  path: string,
  text: string,
  { trusted, signal }: { readonly trusted: boolean; readonly signal: AbortSignal },
): Promise<Dialect> {
  const own = signsOf(text);
  if (own.by === 'sign') return own.dialect;
  const read = async (location: string, maxBytes: number): Promise<string | null> => {
    const bytes = await nodeFiles
      .read(location, { from: path, trusted, maxBytes, owned: true, signal })
      .catch((error: unknown) => {
        if (KeyturnError.is(error, 'cancelled')) throw error;
        return null;
      });
    return bytes === null ? null : new TextDecoder().decode(bytes);
  };
  const folders = await nodeFiles.upward(path, trusted);
  const seen = await Promise.all(
    folders.map(async (folder) => ({
      names: await readdir(folder).catch(() => []),
      settings: await read(join(folder, '.vscode', 'settings.json'), fileLimits.settings),
    })),
  );
  const others = (seen[0]?.names ?? []).filter(isRequestFileName).slice(0, siblingLimits.files);
  const siblings = await Promise.all(
    others
      .map((name) => join(dirname(path), name))
      .filter((location) => location !== path)
      .map((location) => read(location, siblingLimits.bytes)),
  );
  return settledDialect(
    own,
    dialectBeside(
      seen,
      siblings.filter((one) => one !== null),
    ),
  );
}
