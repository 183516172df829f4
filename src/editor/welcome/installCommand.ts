import { homedir } from 'node:os';
import { join } from 'node:path';
import { env, l10n, type QuickPickItem, window } from 'vscode';
import type { EditorServices } from '../services.ts';
import { pathAdvice } from './launcher/advice.ts';
import { occupantOf, writeLauncher } from './launcher/file.ts';
import { isOnPath, proposedFolders, shadowing, type Surroundings } from './launcher/folders.ts';
import { rememberLauncher } from './launcher/known.ts';
import { launcherName, launcherText } from './launcher/text.ts';
import { launcherTarget } from './target.ts';

const { platform } = process;

interface FolderItem extends QuickPickItem {
  /** Null: the person looks for another one. */
  readonly folder: string | null;
}

/** Puts a launcher of `keyturn` into a folder that the person chooses, and says what else it takes. */
export async function installCommand(services: EditorServices): Promise<void> {
  const surroundings: Surroundings = { platform, home: homedir(), path: process.env['PATH'] ?? '' };
  const folder = await askFolder(surroundings);
  if (folder === undefined) return;
  const file = join(folder, launcherName(platform));
  if ((await occupantOf(file)) === 'other' && !(await mayReplace(file))) return;
  const target = launcherTarget(services);
  await writeLauncher(file, launcherText(target, surroundings));
  await rememberLauncher(services.values, file, target);
  void tell(file, folder, surroundings);
}

async function askFolder(surroundings: Surroundings): Promise<string | undefined> {
  const items: FolderItem[] = (await proposedFolders(surroundings)).map(({ path, onPath }) => ({
    label: path,
    description: onPath ? l10n.t('on your PATH') : l10n.t('not on your PATH yet'),
    folder: path,
  }));
  const picked = await window.showQuickPick<FolderItem>(
    [...items, { label: l10n.t('Choose Another Folder…'), folder: null }],
    {
      title: l10n.t("Install 'keyturn' Command"),
      placeHolder: l10n.t('Choose a folder for the file {0}', launcherName(platform)),
    },
  );
  if (picked?.folder !== null) return picked?.folder;
  const [chosen] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      title: l10n.t('Folder for the keyturn Command'),
      openLabel: l10n.t('Install Here'),
    })) ?? [];
  return chosen?.fsPath;
}

async function mayReplace(file: string): Promise<boolean> {
  const replace = l10n.t('Replace');
  const answer = await window.showWarningMessage(
    l10n.t('Replace {0}?', file),
    { modal: true, detail: l10n.t('Another program created this file.') },
    replace,
  );
  return answer === replace;
}

async function tell(file: string, folder: string, surroundings: Surroundings): Promise<void> {
  if (isOnPath(folder, surroundings)) {
    const names = platform === 'win32' ? ['keyturn.exe', 'keyturn.cmd', 'keyturn.bat'] : ['keyturn'];
    const other = await shadowing(folder, names, surroundings);
    if (other === null) {
      await window.showInformationMessage(l10n.t('Installed {0}. Run "keyturn --help" in a terminal.', file));
      return;
    }
    await window.showWarningMessage(
      l10n.t('Installed {0}, but a terminal runs {1}, whose folder comes first on your PATH.', file, other),
      // The editor cuts a message without a button after its first line.
      l10n.t('OK'),
    );
    return;
  }
  const { file: profile, line } = pathAdvice(folder, { ...surroundings, shell: env.shell });
  const copy = l10n.t('Copy Line');
  const next =
    profile === null
      ? l10n.t('Run this line in a terminal: {0}', line)
      : l10n.t('Add this line to {0}, then open a new terminal: {1}', profile, line);
  const answer = await window.showWarningMessage(
    l10n.t('Installed {0}. Its folder is not on your PATH yet. {1}', file, next),
    copy,
  );
  if (answer === copy) await env.clipboard.writeText(line);
}
