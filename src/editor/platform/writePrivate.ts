import { open } from 'node:fs/promises';
import { type Uri, workspace } from 'vscode';

/** Writes what may hold secrets: a new file on this computer is for its owner alone. */
export async function writePrivate(target: Uri, bytes: Uint8Array): Promise<void> {
  if (target.scheme !== 'file') return workspace.fs.writeFile(target, bytes);
  const file = await open(target.fsPath, 'w', 0o600);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}
