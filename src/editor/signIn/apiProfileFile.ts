import { l10n, Position, type TextDocument, Uri, workspace, WorkspaceEdit } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { withProfile, type WrittenProperties } from '../../profile/edit.ts';
import { findProfile, parseProfileFile, PROFILE_FILE_NAME, resolveProfile } from '../../profile/file.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../platform/services.ts';

/** The keyturn.json that a new profile goes to: the nearest one, or a new one beside the document. */
export class ApiProfileFile {
  readonly #uri: Uri;
  /** Null for a file that does not exist yet. */
  readonly #open: TextDocument | null;

  private constructor(uri: Uri, open: TextDocument | null) {
    this.#uri = uri;
    this.#open = open;
  }

  /** Fails with `untrusted_workspace`, `usage` where there is no folder, or `file_unreadable`. */
  static async of({ profiles, files }: EditorServices, document: TextDocument): Promise<ApiProfileFile> {
    const nearest = await profiles.nearest(document.uri);
    if (nearest !== null) {
      requireTrust({ name: PROFILE_FILE_NAME, declaredIn: nearest });
      const uri = Uri.parse(nearest, true);
      return new ApiProfileFile(uri, await workspace.openTextDocument(uri));
    }
    const folder = files.parent(document.uri.toString()) ?? workspace.workspaceFolders?.[0]?.uri.toString();
    if (folder === undefined) {
      throw new KeyturnError('usage', l10n.t('There is no folder for a keyturn.json.'), {
        hint: l10n.t('Save the file in a folder first.'),
      });
    }
    const location = files.join(folder, PROFILE_FILE_NAME);
    requireTrust({ name: PROFILE_FILE_NAME, declaredIn: location });
    return new ApiProfileFile(Uri.parse(location, true), null);
  }

  /** The profile as the file would declare it. Fails with `profile_invalid`. */
  profileWith(name: string, written: WrittenProperties): TokenProfile {
    const file = parseProfileFile(this.#textWith(name, written), this.#uri.toString());
    return resolveProfile(findProfile(file, name), () => undefined);
  }

  /** Adds it and saves the file. Fails with `profile_invalid` or `file_unreadable`. */
  async write(name: string, written: WrittenProperties): Promise<void> {
    const text = this.#textWith(name, written);
    const edit = new WorkspaceEdit();
    if (this.#open === null) {
      edit.createFile(this.#uri, { contents: new TextEncoder().encode(text) });
    } else {
      const end = new Position(this.#open.lineCount, 0);
      edit.replace(this.#uri, this.#open.validateRange(this.#open.lineAt(0).range.with({ end })), text);
    }
    const done = await workspace.applyEdit(edit);
    if (!done || !(await (await workspace.openTextDocument(this.#uri)).save())) {
      throw new KeyturnError('file_unreadable', l10n.t('The profile could not be written to keyturn.json.'));
    }
  }

  #textWith(name: string, written: WrittenProperties): string {
    return withProfile(this.#open?.getText() ?? '', name, written);
  }
}

/** Writes `# @token` above the request, over another one; the line of the request then, or null without a request. */
export async function nameToken(
  document: TextDocument,
  node: RequestNode | null,
  name: string,
): Promise<number | null> {
  if (node === null) return null;
  const line = `# @token ${name}`;
  const edit = new WorkspaceEdit();
  const before = node.metadata.find(({ key }) => key.toLowerCase() === 'token');
  if (before === undefined) edit.insert(document.uri, new Position(node.line, 0), `${line}\n`);
  else edit.replace(document.uri, document.lineAt(before.span.start.line).range, line);
  if (!(await workspace.applyEdit(edit))) return null;
  return before === undefined ? node.line + 1 : node.line;
}
