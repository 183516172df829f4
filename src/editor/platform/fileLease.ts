import { join } from 'node:path';
import type { Uri } from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import { noTurn, type RefreshLease } from '../../token/refresh/lease.ts';

/**
 * The lease of all windows of this editor, over files in its global storage; loaded when a token is refreshed first.
 * Where the storage is no folder of this computer, each window refreshes for itself.
 */
export function editorLease({ scheme, fsPath }: Uri): RefreshLease {
  if (scheme !== 'file') return { hold: (_key, task) => task(noTurn) };
  const loaded = new Lazy(async () => (await import('./later.ts')).createFileLease(join(fsPath, 'leases')));
  return { hold: async (key, task, signal) => (await loaded.get()).hold(key, task, signal) };
}
