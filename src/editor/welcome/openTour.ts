import { commands, l10n, Uri, window, workspace } from 'vscode';
import { sandboxCommands } from '../sandbox/commands.ts';
import type { EditorServices } from '../services.ts';
import { walkthroughOf } from './commands.ts';
import { changedFiles, copyTour } from './tourFiles.ts';
import { isTourOpen, tourFolder } from './tourFolder.ts';

/** Opens the person's copy of the tour: in this window where it shows no folder, else in a new one. */
export async function openTour(services: EditorServices): Promise<void> {
  const { storage } = services.installed;
  if (isTourOpen(storage)) {
    await showRequests(storage);
    return;
  }
  if (!(await provideCopy(services))) return;
  const isFree = workspace.workspaceFolders === undefined && workspace.workspaceFile === undefined;
  await commands.executeCommand('vscode.openFolder', tourFolder(storage), {
    forceReuseWindow: isFree,
    forceNewWindow: !isFree,
  });
}

/** What a window on the tour begins with: its requests, the environment `sandbox`, and the sandbox itself. */
export async function beginTour(services: EditorServices): Promise<void> {
  const { environments, sandbox, installed } = services;
  // The editor's own Welcome page is none that the person chose.
  if (window.tabGroups.all.every(({ tabs }) => tabs.every(({ input }) => input === undefined))) {
    await openWalkthrough(services);
    await showRequests(installed.storage);
  }
  const requests = tourRequests(installed.storage);
  if (environments.selected(requests) === null) await environments.select(requests, 'sandbox');
  if (Object.keys(sandbox.variables()).length === 0) {
    await commands.executeCommand(sandboxCommands.start);
  }
}

export async function openWalkthrough({ installed }: EditorServices): Promise<void> {
  await commands.executeCommand('workbench.action.openWalkthrough', walkthroughOf(installed.id), false);
}

/** False where the person thought better of it. */
async function provideCopy({ installed }: EditorServices): Promise<boolean> {
  const packed = Uri.joinPath(installed.folder, 'examples').fsPath;
  const copy = tourFolder(installed.storage).fsPath;
  const changed = await changedFiles(packed, copy);
  const [keep, anew] = [l10n.t('Keep My Files'), l10n.t('Start Over')];
  const answer =
    changed.length === 0
      ? keep
      : await window.showInformationMessage(
          l10n.t('Continue with your copy of the tour?'),
          {
            modal: true,
            detail: l10n.t(
              'These files differ from the tour of this version: {0}. Start Over replaces them.',
              changed.join(', '),
            ),
          },
          keep,
          anew,
        );
  if (answer === undefined) return false;
  await copyTour(packed, copy, answer === anew);
  return true;
}

function tourRequests(storage: Uri): Uri {
  return Uri.joinPath(tourFolder(storage), 'tour.http');
}

async function showRequests(storage: Uri): Promise<void> {
  await window.showTextDocument(tourRequests(storage), { preview: false });
}
