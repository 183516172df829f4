import type { Uri } from 'vscode';
import type { EarlierRequests } from '../../../httpfile/earlier/exchange.ts';
import type { HttpFile } from '../../../httpfile/parse/tree.ts';
import { type ImportedFile, Imports } from '../../../run/session/imports.ts';
import type { EditorServices } from '../../services.ts';

/** What expressions of a document may refer to. */
export interface Referable {
  /** The file itself, then those that it imports. */
  readonly files: readonly [ImportedFile, ...ImportedFile[]];
  /** Of the session that is open now. */
  readonly earlier: EarlierRequests;
}

export async function referable(
  { sessions, files }: Pick<EditorServices, 'sessions' | 'files'>,
  document: Uri,
  tree: HttpFile,
): Promise<Referable> {
  const own = { file: document.toString(), tree };
  // What is wrong with an import is said where a request is sent.
  const imported = await new Imports(files).of(own).then(
    (found) => found.files,
    () => [],
  );
  return { files: [own, ...imported], earlier: sessions.memory(document).of(own.file, imported) };
}
