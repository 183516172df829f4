import { l10n, Uri, workspace } from 'vscode';
import type { AuditRecorder } from '../../base/auditEvent.ts';
import type { ConsentStore } from '../../consent/origins.ts';
import { type PlaceQuestion, secretWords, TokenPlaces } from '../../consent/places.ts';
import { shownAddresses, unshown } from '../../profile/shownOrigin.ts';
import { quoted } from '../../base/visible.ts';
import { askModal } from '../platform/askModal.ts';
import { fullPath } from '../platform/vscodeFiles.ts';

/** Asks in a modal dialog before a token is used from another workspace than before. */
export function createTokenPlaces(consent: ConsentStore, audit: AuditRecorder): TokenPlaces {
  return new TokenPlaces({ consent, foldersOf, ask, audit });
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

async function ask({ tokenName, place, known, origins, secrets }: PlaceQuestion): Promise<boolean> {
  const allow = l10n.t('Allow');
  const answer = await askModal({
    title:
      secrets.length === 0
        ? l10n.t('Use the token {0} here, too?', quoted(tokenName))
        : l10n.t(
            'Use the stored {0} for the token {1} here, too?',
            secrets.map(secretWords).join(', '),
            quoted(tokenName),
          ),
    detail: [
      `${l10n.t('Requested by:')}\n${quoted(fullPath(place))}`,
      known.length === 0
        ? l10n.t('Keyturn has no record of where it has been used.')
        : `${l10n.t('Used so far by:')}\n${known.map((one) => quoted(fullPath(one))).join('\n')}`,
      l10n.t('Allowed origins: {0}', shownAddresses(origins)),
      l10n.t('The files there decide how the token is used. Allow this only if you trust them.'),
    ],
    buttons: [allow],
    rest: unshown(origins),
  });
  return answer === allow;
}
