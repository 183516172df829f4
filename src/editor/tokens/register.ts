import {
  commands,
  Disposable,
  EventEmitter,
  l10n,
  type TreeDataProvider,
  type TreeView,
  window,
} from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import { registerCommands } from '../platform/commands.ts';
import { contextKeys } from '../platform/contextKeys.ts';
import { readSetting } from '../platform/settings.ts';
import type { EditorServices } from '../services.ts';
import { tokenCommands } from './commands.ts';
import type { loadTokenCommands } from './handlers.ts';
import type { EntryNode } from './tree/model.ts';
import type { TokenTree, TreeNode } from './tree/treeProvider.ts';

/** How often the descriptions in the visible tree are looked at. */
const AGE_MS = 10_000;
const MINUTE_MS = 60_000;

interface LazyParts {
  readonly loadTokenCommands: typeof loadTokenCommands;
  readonly TokenTree: typeof TokenTree;
}

/** The tokens view and the commands that work on its tokens. */
export function registerTokens(services: EditorServices, load: () => Promise<LazyParts>): Disposable {
  const { directory, selection, sandbox } = services;
  const tree = new LazyTree(services, load);
  const view = window.createTreeView<TreeNode>('keyturn.tokens', {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  selection.follow(view, (node) => tree.getParent(node));

  let isEmpty = true;
  let aging: NodeJS.Timeout | undefined;
  const visible = () => {
    clearInterval(aging);
    if (!view.visible) return;
    tree.age();
    aging = setInterval(() => tree.age(), AGE_MS);
  };
  visible();
  return Disposable.from(
    registerCommands(services, tokenCommands, async () => (await load()).loadTokenCommands(services)),
    view,
    tree,
    view.onDidChangeVisibility(visible),
    directory.onDidRead((entries) => {
      countEntries(entries);
      isEmpty = entries.length === 0;
      showSandbox(view, services, isEmpty);
    }),
    sandbox.onDidChange(() => showSandbox(view, services, isEmpty)),
    new Disposable(() => clearInterval(aging)),
  );
}

/** Loads what builds the tree when the view is first opened. */
class LazyTree implements TreeDataProvider<TreeNode> {
  readonly #changed = new EventEmitter<TreeNode[] | undefined>();
  readonly #tree: Lazy<TokenTree>;
  #made: TokenTree | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: EditorServices, load: () => Promise<LazyParts>) {
    this.#tree = new Lazy(async () => {
      const { TokenTree } = await load();
      const leadMs = () => readSetting('keyturn.tokens.expiryLead') * MINUTE_MS;
      const tree = new TokenTree({ ...services, leadMs });
      tree.onDidChangeTreeData((nodes) => this.#changed.fire(nodes));
      this.#made = tree;
      return tree;
    });
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    return (await this.#tree.get()).getChildren(node);
  }

  async getTreeItem(node: TreeNode) {
    return (await this.#tree.get()).getTreeItem(node);
  }

  async resolveTreeItem(...[item, node]: Parameters<TokenTree['resolveTreeItem']>) {
    return (await this.#tree.get()).resolveTreeItem(item, node);
  }

  getParent(node: TreeNode) {
    return this.#made?.getParent(node);
  }

  age(): void {
    this.#made?.age();
  }

  dispose(): void {
    this.#made?.dispose();
    this.#changed.dispose();
  }
}

function countEntries(entries: readonly EntryNode[]): void {
  const held = entries.filter(({ entry }) => entry !== null && entry.token !== null).length;
  void commands.executeCommand('setContext', contextKeys.entryCount, entries.length);
  void commands.executeCommand('setContext', contextKeys.tokenCount, held);
}

/** Beside a message the editor does not show what an empty view has to offer: that comes first. */
function showSandbox(view: TreeView<TreeNode>, { sandbox }: EditorServices, isEmpty: boolean): void {
  const { running } = sandbox;
  const message =
    running === null || isEmpty ? '' : l10n.t('Sandbox: issuer {0}, API {1}', running.issuer, running.api);
  if ((view.message ?? '') !== message) view.message = message;
}
