import type { EditorServices } from '../services.ts';
import type { LauncherTarget } from './launcher/text.ts';

/** What launchers that were made here start, as one text that is cheap to compare at each activation. */
export const targetKey = 'keyturn.launcherTarget';

export function launcherTarget({ installed }: EditorServices): LauncherTarget {
  return { extension: installed.folder.fsPath, runtime: process.execPath };
}

export function targetText({ extension, runtime }: LauncherTarget): string {
  return `${extension}\n${runtime}`;
}
