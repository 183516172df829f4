import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import { Range, RelativePattern, type TextDocument, Uri, workspace, WorkspaceEdit } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import { parseHttpFile } from '../../httpfile/parse/parse.ts';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import type { EditorServices } from '../services.ts';
import { applyAndSave } from './applyEdit.ts';
import { type EnvironmentSecret, environmentSecrets } from './environmentSecrets.ts';
import { keepSecret } from './keepSecret.ts';
import type { SecretReader } from './secretUses.ts';

const MOST_FILES = 200;
const LARGEST_FILE_BYTES = 1024 * 1024;
const SHARED = '$shared';

/**
 * Takes the secret of a client or a person out of an environment file: it is stored for every profile that the entry
 * means in the requests below, and only then the file is changed. Fails with `untrusted_workspace`, like the store, or
 * with `file_unreadable` when the file could not be changed.
 */
export async function moveEnvironmentSecret(
  services: EditorServices,
  document: TextDocument,
  secret: EnvironmentSecret,
): Promise<void> {
  const kept = await keepSecret(services, document, secret, await readersOf(services, document, secret));
  if (kept === null) return;
  const edit = new WorkspaceEdit();
  const text = document.getText();
  // Questions take their time, in which a person may edit.
  const current = environmentSecrets(text).find(
    ({ path, value }) => value === secret.value && path.join('\n') === secret.path.join('\n'),
  );
  if (current !== undefined) {
    const { start, end, content } = difference(text, withoutSecret(text, current, kept.marksClient));
    edit.replace(document.uri, new Range(document.positionAt(start), document.positionAt(end)), content);
  }
  kept.told(await applyAndSave(document, edit));
}

/** `Client Credentials` says that there is a secret where nothing else does any more. */
function withoutSecret(text: string, { path }: EnvironmentSecret, marksClient: boolean): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  const changed = (before: string, at: JSONPath, value: unknown) =>
    applyEdits(before, modify(before, at, value, { formattingOptions }));
  const marked = marksClient ? changed(text, [...path.slice(0, -1), 'Client Credentials'], 'basic') : text;
  return changed(marked, [...path], undefined);
}

/** What stands between the equal beginnings and ends of two texts. */
function difference(before: string, after: string): { start: number; end: number; content: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  return { start, end: before.length - same, content: after.slice(start, after.length - same) };
}

/** The requests that see the file, in each environment to which the secret belongs. */
async function readersOf(
  { files, environments }: EditorServices,
  document: TextDocument,
  { environment }: EnvironmentSecret,
): Promise<SecretReader[]> {
  const folder = Uri.joinPath(document.uri, '..');
  const below = `${folder.toString()}/`;
  const open = new Map(
    workspace.textDocuments
      .filter(({ languageId, uri }) => languageId === 'http' && uri.toString().startsWith(below))
      .map((other) => [other.uri.toString(), treeOf(other)]),
  );
  const found = await workspace.findFiles(
    new RelativePattern(folder, '**/*.{http,rest}'),
    '**/node_modules/**',
    MOST_FILES,
  );
  const readers: SecretReader[] = [];
  for (const file of new Set([...open.keys(), ...found.map((uri) => uri.toString())])) {
    const tree = open.get(file) ?? (await parse(file));
    if (tree === null) continue;
    const uri = Uri.parse(file, true);
    const names = environment === SHARED ? [null, ...(await environments.names(uri))] : [environment];
    for (const name of names) {
      readers.push({
        tree,
        file,
        variables: await environments.variables(uri, name),
        authEntry: (id) => environments.authEntry(uri, id, name),
      });
    }
  }
  return readers;

  async function parse(location: string): Promise<HttpFile | null> {
    const how = { from: location, trusted: workspace.isTrusted, maxBytes: LARGEST_FILE_BYTES };
    const bytes = await files.read(location, how).catch(() => null);
    if (bytes === null) return null;
    return parseHttpFile(new TextDecoder().decode(bytes));
  }
}
