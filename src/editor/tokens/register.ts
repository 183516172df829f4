import { commands, EventEmitter, l10n, type TreeDataProvider, type TreeView, window } from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import {
  certificateCommands,
  contextKeys,
  type HandledCommand,
  tokenCommands,
} from '../platform/commands.ts';
import { showError } from '../platform/messages.ts';
import type { SandboxActionParts } from '../sandbox/sandboxActions.ts';
import type { EditorServices } from '../platform/services.ts';
import { editorWords } from '../platform/words.ts';
import { ClaimsDocuments } from '../inspection/claimsDocuments.ts';
import type { EntryNode } from './tree/model.ts';
import { registerStatusChecks } from '../inspection/registerStatusChecks.ts';
import type { TokenDirectory } from './tokenDirectory.ts';
import type { TokenTree, TreeNode } from './tree/treeProvider.ts';

/** How often the descriptions in the visible tree are looked at. */
const AGE_MS = 10_000;

/** The tokens view and the commands that work on tokens, profiles and the sandbox. */
export function registerTokens(
  services: EditorServices,
  directory: TokenDirectory,
  sandboxParts: SandboxActionParts,
): { dispose(): unknown } {
  const { clock } = services;
  const tree = new LazyTree(services, directory);
  const view = window.createTreeView<TreeNode>('keyturn.tokens', {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  const claims = new ClaimsDocuments(services, directory);
  const pick = {
    directory,
    clock,
    words: editorWords,
    redactor: services.redactor,
    inspections: services.inspections,
    selected: () => selectedEntry(view),
  };
  const loaded = new Lazy(async () => {
    const { createCommandHandlers } = await import('../platform/later.ts');
    return createCommandHandlers(services, pick, claims, sandboxParts);
  });
  const registered = Object.values(tokenCommands)
    .filter((command): command is HandledCommand => command !== tokenCommands.focusView)
    .map((command) =>
      commands.registerCommand(command, async (argument: unknown) => {
        try {
          const { handlers } = await loaded.get();
          await handlers[command](argument);
        } catch (error) {
          showError(services, command, error);
        }
      }),
    );

  let isEmpty = true;
  let aging: NodeJS.Timeout | undefined;
  const visible = () => {
    clearInterval(aging);
    if (!view.visible) return;
    tree.age();
    aging = setInterval(() => tree.age(), AGE_MS);
  };
  visible();
  const parts = [
    ...registered,
    commands.registerCommand(certificateCommands.trust, async (certificate: unknown) => {
      const { trustCertificate } = await import('../platform/later.ts');
      return trustCertificate(services, certificate);
    }),
    view,
    tree,
    claims,
    view.onDidChangeVisibility(visible),
    directory.onDidRead((entries) => {
      countEntries(entries);
      isEmpty = entries.length === 0;
      showSandbox(view, sandboxParts, isEmpty);
    }),
    registerStatusChecks(services, directory),
    sandboxParts.sandbox.onDidChange(() => showSandbox(view, sandboxParts, isEmpty)),
  ];
  return {
    async dispose() {
      clearInterval(aging);
      for (const part of parts) part.dispose();
      await (await loaded.made)?.dispose();
    },
  };
}

/** Loads what builds the tree when the view is first opened. */
class LazyTree implements TreeDataProvider<TreeNode> {
  readonly #changed = new EventEmitter<TreeNode[] | undefined>();
  readonly #tree: Lazy<TokenTree>;
  #made: TokenTree | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ redactor, clock, inspections }: EditorServices, directory: TokenDirectory) {
    this.#tree = new Lazy(async () => {
      const { TokenTree } = await import('../platform/later.ts');
      const tree = new TokenTree({ directory, inspections, redactor, clock, words: editorWords });
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

function selectedEntry(view: TreeView<TreeNode>): EntryNode | null {
  const [node] = view.selection;
  return node?.kind === 'entry' ? node : null;
}

function countEntries(entries: readonly EntryNode[]): void {
  const held = entries.filter(({ entry }) => entry !== null && entry.token !== null).length;
  void commands.executeCommand('setContext', contextKeys.entryCount, entries.length);
  void commands.executeCommand('setContext', contextKeys.tokenCount, held);
}

/** Beside a message the editor does not show what an empty view has to offer: that comes first. */
function showSandbox(view: TreeView<TreeNode>, { sandbox }: SandboxActionParts, isEmpty: boolean): void {
  const { running } = sandbox;
  const message =
    running === null || isEmpty ? '' : l10n.t('Sandbox: issuer {0}, API {1}', running.issuer, running.api);
  if ((view.message ?? '') !== message) view.message = message;
}
