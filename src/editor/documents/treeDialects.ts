import type { Uri } from 'vscode';
import type { Detected } from '../../httpfile/parse/dialect.ts';
import type { Dialect } from '../../httpfile/parse/tree.ts';

/** Whose rules a request file is read by, where its own signs say `own`. */
export type DialectSource = (uri: Uri, own: Detected) => Dialect;

/** Those of these folders may be read by other rules from now on; all of them where it is null. */
type Listener = (folders: ReadonlySet<string> | null) => void;

const bySigns: DialectSource = (_uri, { dialect }) => dialect;
const listeners = new Set<Listener>();
let source = bySigns;
let generation = 0;

/** Null: the signs of a file alone choose. */
export function useDialects(chosen: DialectSource | null): void {
  source = chosen ?? bySigns;
  dialectsChanged(null);
}

export const dialectAt: DialectSource = (uri, own) => source(uri, own);

/** Grows with each change: a tree that was read before may be another now. */
export function dialectGeneration(): number {
  return generation;
}

export function dialectsChanged(folders: ReadonlySet<string> | null): void {
  generation++;
  for (const listener of listeners) listener(folders);
}

export function onDidChangeDialects(listener: Listener): { dispose(): void } {
  listeners.add(listener);
  return { dispose: () => void listeners.delete(listener) };
}
