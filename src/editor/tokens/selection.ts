import { commands, type TreeView } from 'vscode';
import type { EntryNode } from './tree/model.ts';
import type { TreeNode } from './tree/treeProvider.ts';

/** What is selected in the tokens view, for commands that are called without an entry. */
export class TokenSelection {
  #view: Pick<TreeView<TreeNode>, 'selection'> | null = null;
  #parentOf: (node: TreeNode) => TreeNode | undefined = () => undefined;

  follow(
    view: Pick<TreeView<TreeNode>, 'selection'>,
    parentOf: (node: TreeNode) => TreeNode | undefined,
  ): void {
    this.#view = view;
    this.#parentOf = parentOf;
  }

  /** Selects the line with the focus, which is what a key is about; the editor tells only which one is selected. */
  async takeFocused(): Promise<void> {
    await commands.executeCommand('list.select');
  }

  get node(): TreeNode | null {
    return this.#view?.selection[0] ?? null;
  }

  /** The entry, or the one that the line stands below. */
  get entry(): EntryNode | null {
    let node: TreeNode | undefined = this.node ?? undefined;
    while (node?.kind === 'detail') node = this.#parentOf(node);
    return node?.kind === 'entry' ? node : null;
  }
}
