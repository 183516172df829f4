import type { Uri } from 'vscode';
import type { EarlierRequests } from '../../../httpfile/earlier/exchange.ts';
import { parseReference, type Reference } from '../../../httpfile/earlier/reference.ts';
import { requestNamed } from '../../../httpfile/earlier/references.ts';
import type { HttpFile, RequestNode } from '../../../httpfile/parse/tree.ts';
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
  const memory = await sessions.memory(document);
  return { files: [own, ...imported], earlier: memory.of(own.file, imported) };
}

/** A request that an expression refers to. */
export interface ReferredRequest {
  readonly reference: Reference;
  /** Location of its file. */
  readonly file: string;
  readonly node: RequestNode;
}

/** Null for an expression that is no reference to a request that is there. */
export function referredRequest(
  expression: string,
  { files }: Pick<Referable, 'files'>,
): ReferredRequest | null {
  const holderOf = (name: string) => files.find(({ tree }) => requestNamed(tree, name) !== null);
  const [{ tree }] = files;
  const isRequest = (name: string) => holderOf(name) !== undefined;
  const reference = parseReference(withoutEncoding(expression), tree.dialect, isRequest);
  const holder = reference === null ? undefined : holderOf(reference.name);
  const node = reference === null || holder === undefined ? null : requestNamed(holder.tree, reference.name);
  return reference === null || holder === undefined || node === null
    ? null
    : { reference, file: holder.file, node };
}

/** REST Client encodes the value of `{{%name}}`. */
export function withoutEncoding(expression: string): string {
  return expression.replace(/^%\s*/, '');
}
