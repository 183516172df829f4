import { l10n, Range, type TextDocument, window, WorkspaceEdit } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import { readTokenKey, tokenKey } from '../../profile/key.ts';
import { pastedProfile } from '../../profile/profile.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import { requestCommands } from '../requests/commands.ts';
import type { EditorServices } from '../services.ts';
import { proposeOrigins } from '../tokens/originProposals.ts';
import { proposeName } from '../tokens/pasted.ts';
import { askName, askOrigins } from '../tokens/prompts.ts';
import { applyAndSave } from './applyEdit.ts';
import { type PlainToken, plainTokens, requestsWith } from './plainTokens.ts';

/**
 * Takes a token out of a `.http` file: it is stored as a pasted one for the origins of the requests that use it, and only
 * then every place of the file that holds it names it instead. Fails like `TokenManager.add`, or with
 * `file_unreadable` when the file could not be changed.
 */
export async function moveToken(
  services: EditorServices,
  document: TextDocument,
  { value }: PlainToken,
): Promise<void> {
  services.redactor.register(value);
  const stored = (await heldName(services, document, value)) ?? (await store(services, document, value));
  if (stored === null) return;
  const edit = new WorkspaceEdit();
  // Questions take their time, in which a person may edit.
  for (const { line, column } of placesOf(document, value)) {
    edit.replace(document.uri, new Range(line, column, line, column + value.length), `{{$token ${stored}}}`);
  }
  const saved = await applyAndSave(document, edit);
  const told = l10n.t(
    'Moved the token to the secret storage as "{0}"; the file now names it. If you shared the file, other people may know the token: replace it at its issuer.',
    // It may come from the claims of the token.
    withoutLinks(stored),
  );
  void window.showInformationMessage(saved ? told : `${told} ${l10n.t('Save the file to finish.')}`);
}

/** The name of a pasted token with this value, as far as the file can name it; null where there is none. */
async function heldName(
  { store: tokens, profiles }: EditorServices,
  document: TextDocument,
  value: string,
): Promise<string | null> {
  for (const key of await tokens.keys()) {
    const known = readTokenKey(key);
    if (known?.pasted !== true || (await tokens.get(key).catch(() => null))?.accessToken !== value) continue;
    const named = await profiles.find(document.uri, known.name).catch(() => null);
    if (named !== null && tokenKey(named) === key) return known.name;
  }
  return null;
}

/** The name that the token is stored under; null when the person leaves. */
async function store(
  services: EditorServices,
  document: TextDocument,
  value: string,
): Promise<string | null> {
  const places = placesOf(document, value);
  const [first] = places;
  if (first === undefined) return null;
  const taken = new Set([
    ...(await services.profiles.names(document.uri)),
    ...(await services.store.keys()).flatMap((key) => readTokenKey(key)?.name ?? []),
  ]);
  const name = await askName(l10n.t('Move Token to Secret Storage'), proposedName(places, taken), taken);
  if (name === null) return null;
  services.redactor.register(value, name);
  const tree = treeOf(document);
  const environment = await services.environments.variables(document.uri);
  const originsOf = (requests: typeof tree.requests) =>
    proposeOrigins([{ tree: { ...tree, requests }, environment }]);
  const own = originsOf(requestsWith(tree, places, (line) => document.lineAt(line).text)).map(
    ({ origin }) => origin,
  );
  const origins =
    own.length === 1
      ? own
      : await askOrigins(l10n.t('Move Token to Secret Storage'), own, originsOf(tree.requests));
  if (origins === null) return null;
  const cause = requestCommands.moveSecret;
  await services.tokens.add(pastedProfile(name, origins, first.sendAs), value, { cause });
  return name;
}

function placesOf(document: TextDocument, value: string): PlainToken[] {
  const lineText = (line: number) => (line < document.lineCount ? document.lineAt(line).text : '');
  return plainTokens(treeOf(document), lineText).filter((token) => token.value === value);
}

/** What the token says of itself, else the variable that held it. */
function proposedName([first]: readonly PlainToken[], taken: ReadonlySet<string>): string {
  if (first === undefined) return '';
  const proposed = proposeName(first.value, taken);
  if (proposed !== '' || first.variable === null) return proposed;
  return taken.has(first.variable) ? '' : first.variable;
}
