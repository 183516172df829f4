import { l10n, Position, Range, Selection, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import { parseProfileFile, PROFILE_FILE_NAME } from '../../profile/file.ts';

/** One profile to start from; its name is selected when the file opens. */
const NAME = 'viewer';
const TEMPLATE = `{
  // ${l10n.t('How Keyturn obtains tokens, and where it may send them. This file holds no secret: share it with your team.')}
  "tokens": {
    "${NAME}": {
      "grant": "client_credentials",
      "issuer": "https://id.example.com",
      "clientId": "viewer",
      "scope": "reports:read",
      "origins": ["https://api.example.com"]
    }
  }
}
`;

/** Makes a `keyturn.json` in a folder of the workspace, or opens the one that is there. */
export async function createProfileFile(): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new KeyturnError('usage', l10n.t('There is no folder for a keyturn.json.'), {
      hint: l10n.t('Open a folder first.'),
    });
  }
  const folder =
    folders.length === 1
      ? folders[0]
      : await window.showWorkspaceFolderPick({ placeHolder: l10n.t('Create keyturn.json in which folder?') });
  if (folder === undefined) return;
  const uri = Uri.joinPath(folder.uri, PROFILE_FILE_NAME);
  if (await exists(uri)) {
    await window.showTextDocument(uri);
    return;
  }
  const edit = new WorkspaceEdit();
  edit.createFile(uri, { contents: new TextEncoder().encode(TEMPLATE) });
  if (!(await workspace.applyEdit(edit))) {
    throw new KeyturnError('file_unreadable', l10n.t("Couldn't create keyturn.json."));
  }
  const editor = await window.showTextDocument(uri);
  const at = editor.document.positionAt(TEMPLATE.indexOf(`"${NAME}"`) + 1);
  editor.selection = new Selection(at, at.translate(0, NAME.length));
}

/** Opens a `keyturn.json` where it declares a profile. */
export async function openProfile(location: string, name: string): Promise<void> {
  const uri = Uri.parse(location, true);
  const document = await workspace.openTextDocument(uri);
  const { profiles, problems } = parseProfileFile(document.getText(), location);
  const span =
    profiles.find((profile) => profile.name === name)?.span ??
    problems.find((problem) => problem.profileName === name)?.span;
  const start = new Position(span?.start.line ?? 0, span?.start.column ?? 0);
  await window.showTextDocument(document, { selection: new Range(start, start) });
}

async function exists(uri: Uri): Promise<boolean> {
  return workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
