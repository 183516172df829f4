import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import { l10n, Range, type TextDocument, Uri, WorkspaceEdit } from 'vscode';
import { withLateProgress } from '../platform/messages.ts';
import type { EditorServices } from '../services.ts';
import { applyAndSave } from './applyEdit.ts';
import { type EnvironmentSecret, environmentSecrets } from './environmentSecrets.ts';
import { keepSecret } from './keepSecret.ts';
import type { SecretReader } from './secretUses.ts';

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
  const readers = await withLateProgress(l10n.t('Reading the request files'), (signal) =>
    readersOf(services, document, secret, signal),
  );
  const kept = await keepSecret(services, document, secret, readers);
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

/** The requests that see the file, in each environment to which the secret belongs. Fails with `cancelled`. */
async function readersOf(
  services: EditorServices,
  document: TextDocument,
  { environment }: EnvironmentSecret,
  signal: AbortSignal,
): Promise<SecretReader[]> {
  const { environments } = services;
  const files = await services.requestFiles();
  const readers: SecretReader[] = [];
  for await (const { uri, tree } of files.trees({ signal, inside: Uri.joinPath(document.uri, '..') })) {
    const names = environment === SHARED ? [null, ...(await environments.names(uri))] : [environment];
    for (const name of names) {
      readers.push({
        tree,
        file: uri.toString(),
        variables: await environments.variables(uri, name),
        authEntry: (id) => environments.authEntry(uri, id, name),
      });
    }
  }
  return readers;
}
