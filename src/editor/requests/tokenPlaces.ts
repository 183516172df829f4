import { l10n, Uri, window, workspace } from 'vscode';
import type { ConsentStore } from '../../token/consent.ts';
import { type PlaceQuestion, TokenPlaces } from '../../token/places.ts';

/** Asks in a modal dialog before a token is used from another workspace than before. */
export function createTokenPlaces(consent: ConsentStore): TokenPlaces {
  return new TokenPlaces({ consent, foldersOf, ask });
}

/** The folder of the workspace that a file is in; its own folder outside of all, and the first one for a new file. */
function foldersOf(file: string | null): readonly string[] {
  const open = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString());
  if (file === null) return open;
  const uri = Uri.parse(file, true);
  const folder = workspace.getWorkspaceFolder(uri)?.uri;
  if (folder !== undefined) return [folder.toString()];
  return uri.scheme === 'untitled' ? open.slice(0, 1) : [Uri.joinPath(uri, '..').toString()];
}

async function ask({ tokenName, place, known, origins }: PlaceQuestion): Promise<boolean> {
  const allow = l10n.t('Allow');
  const answer = await window.showWarningMessage(
    l10n.t('Use the token {0} from here, too?', tokenName),
    {
      modal: true,
      detail: [
        l10n.t('It is asked for by: {0}', shown(place)),
        l10n.t('So far it was used by: {0}', known.map(shown).join(', ')),
        l10n.t('It may go to: {0}', origins.join(', ')),
        l10n.t('Whoever wrote that file says what is done with the token. Allow this only if you know it.'),
      ].join('\n\n'),
    },
    allow,
  );
  return answer === allow;
}

/** The whole path: two workspaces may have files of one name. */
function shown(location: string): string {
  const uri = Uri.parse(location, true);
  return uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
}
