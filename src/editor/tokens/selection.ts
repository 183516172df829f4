import type { TreeView } from 'vscode';
import type { EntryNode } from './tree/model.ts';
import type { TreeNode } from './tree/treeProvider.ts';

/** The entry that is selected in the tokens view, for commands that are called without one. */
export class TokenSelection {
  #view: Pick<TreeView<TreeNode>, 'selection'> | null = null;

  follow(view: Pick<TreeView<TreeNode>, 'selection'>): void {
    this.#view = view;
  }

  get entry(): EntryNode | null {
    const node = this.#view?.selection[0];
    return node?.kind === 'entry' ? node : null;
  }
}
