import { join, resolve } from 'node:path';
import { visible } from '../../base/visible.ts';
import { loadEnvironments } from '../../httpfile/environments/environments.ts';
import { findProfileFile } from '../../profile/file.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import { readHttpFile } from '../session/httpFiles.ts';
import { nodeFiles } from '../session/nodeFiles.ts';
import { isRequestFileName } from '../session/requestFileName.ts';

/** What completion looks names up with: files alone, never the keychain. */
export interface Lookup {
  readonly cwd: string;
  /** Words of the command line that may be request files. */
  readonly operands: readonly string[];
  readonly signal: AbortSignal;
}

/** Names of the requests of the first request file on the command line. */
export async function requestNames({ cwd, operands, signal }: Lookup): Promise<string[]> {
  const file = operands.find(isRequestFileName);
  if (file === undefined) return [];
  const { tree } = await readHttpFile(cwd, file, signal);
  return shown(tree.requests.map(({ name, title }) => name ?? title).filter((name) => name !== null));
}

export async function environmentNames({ cwd, operands, signal }: Lookup): Promise<string[]> {
  const file = operands.find(isRequestFileName) ?? 'requests.http';
  const search = { trusted: true, signal };
  const { names } = await loadEnvironments(nodeFiles, resolve(cwd, file), { environments: {} }, search);
  return shown(names);
}

/** Names of the profiles of the nearest keyturn.json. */
export async function tokenNames({ cwd, signal }: Lookup): Promise<string[]> {
  const file = await findProfileFile(nodeFiles, join(cwd, 'keyturn.json'), { trusted: true, signal });
  return shown(file?.profiles.map(({ name }) => name) ?? []);
}

/** Shells print them: nothing that looks like a credential, and no control characters. */
function shown(names: readonly string[]): string[] {
  return names.filter((name) => visible(name) === name && withoutCredentials(name) === name);
}
