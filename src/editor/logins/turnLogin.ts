import { posix } from 'node:path';
import { l10n, Position, Range, type TextDocument, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import { withWrittenProfile, type WrittenProperties } from '../../profile/edit.ts';
import { findProfile, parseProfileFile, resolveProfile } from '../../profile/file.ts';
import { PROFILE_FILE_NAME } from '../../profile/name.ts';
import { type LoginPlan, planLogin } from '../../run/login/loginPlan.ts';
import { type PlainPassword, plainPassword } from '../../run/login/plainPassword.ts';
import { showError } from '../platform/messages.ts';
import { treeOf } from '../documents/documentTrees.ts';
import { tokenEdit } from '../documents/tokenLine.ts';
import { showDeclaration } from '../profiles/showDeclaration.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../services.ts';
import { lastLogin } from './lastLogin.ts';

/**
 * Makes a profile of a login whose response held a token: keyturn.json and the requests that use the token change in one
 * edit. Fails with `untrusted_workspace`, `token_missing` where the last response has no token, or `file_unreadable`.
 */
export async function turnLoginIntoToken(
  services: EditorServices,
  document: TextDocument,
  node: RequestNode,
): Promise<void> {
  const tree = treeOf(document);
  const target = await profileTarget(services, document);
  requireTrust({ name: PROFILE_FILE_NAME, declaredIn: target.uri.toString() });
  const exchange = lastLogin(services, document.uri, node);
  const plan =
    exchange === null
      ? null
      : await planLogin({
          tree,
          login: node,
          exchange,
          path: posix.relative(posix.dirname(target.uri.path), document.uri.path),
          names: new Set(await services.profiles.names(document.uri)),
          variables: await services.environments.variables(target.uri),
        });
  if (plan === null) {
    throw new KeyturnError('token_missing', l10n.t('The last response of this request holds no token.'), {
      hint: l10n.t('Name the request with # @name, send it, then try again.'),
    });
  }
  if (plan.origins.length === 0) {
    throw new KeyturnError(
      'insecure_origin',
      l10n.t('This login uses plain http: Keyturn sends no token there.'),
      {
        hint: l10n.t('Use https: Keyturn allows plain http only for this computer.'),
      },
    );
  }
  const edit = new WorkspaceEdit();
  target.write(edit, plan.name, plan.properties);
  editRequests(edit, document, plan);
  await apply(services, edit, [document.uri, target.uri]);
  const password = plainPassword(node);
  // The command doesn't wait for the person's answer.
  void tell(services, document, plan, password === null ? null : { node, password }).catch((error: unknown) =>
    showError(services, l10n.t('Move Password to Secret Storage'), error),
  );
}

interface ProfileTarget {
  readonly uri: Uri;
  /** Adds a profile to an edit. */
  write(edit: WorkspaceEdit, name: string, properties: WrittenProperties): void;
  /** The file with one more profile. */
  text(name: string, properties: WrittenProperties): string;
}

/** The nearest keyturn.json, or a new one beside the document. */
async function profileTarget({ profiles }: EditorServices, document: TextDocument): Promise<ProfileTarget> {
  if (document.isUntitled) {
    throw new KeyturnError('usage', l10n.t('There is no folder for a keyturn.json.'), {
      hint: l10n.t('Save the file in a folder first.'),
    });
  }
  const nearest = await profiles.nearest(document.uri);
  const uri =
    nearest === null ? Uri.joinPath(document.uri, '..', PROFILE_FILE_NAME) : Uri.parse(nearest, true);
  const open = nearest === null ? null : await workspace.openTextDocument(uri);
  const text = (name: string, properties: WrittenProperties) =>
    withWrittenProfile(open?.getText() ?? '', name, properties);
  return {
    uri,
    text,
    write(edit, name, properties) {
      const written = text(name, properties);
      if (open === null) edit.createFile(uri, { contents: new TextEncoder().encode(written) });
      else edit.replace(uri, open.validateRange(new Range(0, 0, open.lineCount, 0)), written);
    },
  };
}

function editRequests(edit: WorkspaceEdit, document: TextDocument, plan: LoginPlan): void {
  const { uri } = document;
  for (const { node, header } of plan.uses) {
    const { text, line, startColumn, endColumn } = tokenEdit(node, plan.name);
    edit.replace(uri, new Range(line, startColumn, line, endColumn), text);
    const { start, end } = header.span;
    edit.delete(uri, lines(document, start.line, end.line));
  }
  for (const { node, expression } of plan.refreshes) {
    for (let line = node.line; line <= node.blockEndLine && line < document.lineCount; line++) {
      const { text } = document.lineAt(line);
      for (let at = text.indexOf(expression); at >= 0; at = text.indexOf(expression, at + 1))
        edit.replace(uri, new Range(line, at, line, at + expression.length), '{{$refreshToken}}');
    }
  }
}

/** Whole lines, with one line break. */
function lines(document: TextDocument, first: number, last: number): Range {
  if (last + 1 < document.lineCount) return new Range(first, 0, last + 1, 0);
  const { end } = document.lineAt(last).range;
  return new Range(first === 0 ? new Position(0, 0) : document.lineAt(first - 1).range.end, end);
}

/** In one step that can be undone. Files that had no other changes are saved: requests read keyturn.json from the disk. */
async function apply({ profiles }: EditorServices, edit: WorkspaceEdit, uris: readonly Uri[]): Promise<void> {
  const dirty = new Set(
    workspace.textDocuments.filter(({ isDirty }) => isDirty).map(({ uri }) => uri.toString()),
  );
  if (!(await workspace.applyEdit(edit))) {
    throw new KeyturnError('file_unreadable', l10n.t("Couldn't write the profile to keyturn.json."));
  }
  for (const uri of uris)
    if (!dirty.has(uri.toString())) await (await workspace.openTextDocument(uri)).save();
  profiles.reload();
}

interface LoginPassword {
  readonly node: RequestNode;
  readonly password: PlainPassword;
}

async function tell(
  services: EditorServices,
  document: TextDocument,
  plan: LoginPlan,
  login: LoginPassword | null,
): Promise<void> {
  const show = l10n.t('Show Profile');
  const move = l10n.t('Move Password to Secret Storage');
  const said = l10n.t(
    'Wrote the token "{0}" to keyturn.json. Requests that use it now: {1}.',
    plan.name,
    plan.uses.length,
  );
  const answer = await window.showInformationMessage(said, ...(login === null ? [show] : [move, show]));
  const declared = answer === show ? await services.profiles.declaration(document.uri, plan.name) : null;
  if (declared !== null) await showDeclaration(declared);
  if (answer === move && login !== null) await movePassword(services, document, plan, login);
}

/** Stores the password as a token that goes only where the login goes; only then the file is changed. */
async function movePassword(
  services: EditorServices,
  document: TextDocument,
  { name: of, origins: [origin] }: LoginPlan,
  { node, password }: LoginPassword,
): Promise<void> {
  const { value } = password;
  services.redactor.register(value);
  const current = passwordPlace(document, treeOf(document), node.name, value);
  const target = await profileTarget(services, document);
  if (current === null || origin === undefined) return;
  const name = `${of}-password`;
  const written = { grant: 'static', origins: [origin] };
  const file = parseProfileFile(target.text(name, written), target.uri.toString());
  const variables = await services.environments.variables(target.uri);
  const profile = resolveProfile(findProfile(file, name), (variable) => variables.get(variable));
  await services.tokens.add(profile, value, { cause: 'keyturn.turnLoginIntoToken' });
  const edit = new WorkspaceEdit();
  target.write(edit, name, written);
  edit.replace(document.uri, current, `{{$token ${name}}}`);
  await apply(services, edit, [document.uri, target.uri]);
  void window.showInformationMessage(
    l10n.t(
      'Moved the password to the secret storage as "{0}". If you shared the file, other people may know the password: change it at its server.',
      name,
    ),
  );
}

/** Where the password stands now: a person may have edited meanwhile. */
function passwordPlace(
  document: TextDocument,
  tree: HttpFile,
  name: string | null,
  value: string,
): Range | null {
  const node = tree.requests.find((request) => request.name === name);
  const found = node === undefined ? null : plainPassword(node);
  if (node === undefined || found?.value !== value || node.body.kind === 'none') return null;
  const { start } = node.body.span;
  const line = start.line + found.line;
  const from = found.column + (found.line === 0 ? start.column : 0);
  const column = document.lineAt(line).text.indexOf(value, from);
  return column < 0 ? null : new Range(line, column, line, column + value.length);
}
