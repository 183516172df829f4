import {
  l10n,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
} from 'vscode';
import type { Clock } from '../../../base/clock.ts';
import type { TokenInspections } from '../../../oauth/verify/inspections.ts';
import type { Redactor } from '../../../redaction/redactor.ts';
import { visible } from '../../../base/visible.ts';
import { sandboxCommands } from '../../sandbox/commands.ts';
import { displayPath } from '../../platform/vscodeFiles.ts';
import { shownValue } from './claimsText.ts';
import { entryDescription, entryIcon, shortDescription, statusText } from './describe.ts';
import { detailsOf } from './details.ts';
import type { DetailNode } from './detailNode.ts';
import {
  contextValueOf,
  type EntryNode,
  groupContext,
  type GroupNode,
  LARGE_GROUP,
  namesOfSeveral,
} from './model.ts';
import type { TokenDirectory } from '../tokenDirectory.ts';
import { entryTooltip, problemTooltip } from './tooltip.ts';

export type TreeNode = GroupNode | EntryNode | DetailNode;

export interface TreeParts {
  readonly directory: TokenDirectory;
  readonly inspections: Pick<TokenInspections, 'last' | 'onDidChange'>;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

/** The view `keyturn.tokens`. Repaints an entry when what it says changes, and nothing else. */
export class TokenTree implements TreeDataProvider<TreeNode> {
  readonly #parts: TreeParts;
  readonly #changed = new EventEmitter<TreeNode[] | undefined>();
  readonly #subscriptions: { dispose(): void }[];
  /** What each entry on screen says of its life. */
  readonly #shown = new Map<EntryNode, string>();
  readonly #parents = new WeakMap<TreeNode, TreeNode>();
  /** Files of entries whose names do not tell them apart. */
  readonly #files = new WeakMap<EntryNode, string>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(parts: TreeParts) {
    this.#parts = parts;
    this.#subscriptions = [
      parts.directory.onDidChange((entries) => {
        if (entries === null) this.#shown.clear();
        this.#changed.fire(entries === null ? undefined : [...entries]);
      }),
      parts.inspections.onDidChange((keys) => {
        const proven = [...this.#shown.keys()].filter(({ entry }) => entry !== null && keys.has(entry.key));
        if (proven.length > 0) this.#changed.fire(proven);
      }),
    ];
  }

  /** Repaints the entries whose life reads differently by now. */
  age(): void {
    const aged: EntryNode[] = [];
    for (const [node, shown] of this.#shown) {
      if (visible(this.#parts.redactor.mask(this.#describe(node, shortDescription))) !== shown)
        aged.push(node);
    }
    if (aged.length > 0) this.#changed.fire(aged);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    const children = await this.#children(node);
    if (node !== undefined) for (const child of children) this.#parents.set(child, node);
    return children;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return this.#parents.get(node);
  }

  getTreeItem(node: TreeNode): TreeItem {
    if (node.kind === 'group') return this.#groupItem(node);
    return node.kind === 'entry' ? this.#entryItem(node) : this.#detailItem(node);
  }

  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    // One that was not read yet says so beside its name.
    if (node.kind === 'entry' && (node.entry !== null || node.problem !== null)) {
      const { redactor, clock } = this.#parts;
      const mask = (text: string) => redactor.mask(text);
      const tooltip = new MarkdownString(
        node.entry === null
          ? problemTooltip(node.problem?.message ?? '', mask)
          : entryTooltip(node.entry, clock.now(), mask, this.#parts.inspections.last(node.entry)),
      );
      tooltip.isTrusted = { enabledCommands: [sandboxCommands.start] };
      item.tooltip = tooltip;
    }
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #children(node: TreeNode | undefined): Promise<TreeNode[]> {
    if (node === undefined) return [...(await this.#parts.directory.groups())];
    if (node.kind === 'group') {
      this.#tellApart(node.entries);
      return [...node.entries];
    }
    if (node.kind === 'detail') return node.children?.() ?? [];
    return node.entry === null
      ? []
      : detailsOf(node.id, node.entry, this.#parts.clock.now(), this.#parts.inspections.last(node.entry));
  }

  #groupItem(node: GroupNode): TreeItem {
    const { id, label, chosen, entries } = node;
    const open = entries.length <= LARGE_GROUP;
    const item = new TreeItem(
      visible(label),
      open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
    );
    item.id = id;
    item.contextValue = groupContext(node);
    const parts = [chosen ? l10n.t('chosen') : null, open ? null : l10n.t('{0} tokens', entries.length)];
    item.description = parts.filter((part) => part !== null).join(' · ');
    return item;
  }

  #entryItem(node: EntryNode): TreeItem {
    const { redactor, inspections } = this.#parts;
    const { entry } = node;
    const item = new TreeItem(
      visible(node.name),
      entry === null ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
    );
    const description = visible(redactor.mask(this.#describe(node, shortDescription)));
    const spoken = visible(redactor.mask(this.#describe(node, entryDescription)));
    this.#shown.set(node, description);
    item.id = node.id;
    item.description = description;
    item.contextValue = contextValueOf(node);
    item.iconPath = iconOf(node, inspections);
    const unusable = node.problem === null ? l10n.t('not read yet') : l10n.t('not usable');
    const status = entry === null ? unusable : statusText(entry.status);
    item.accessibilityInformation = {
      // "expired 3 h ago" says the status already.
      label: spoken.startsWith(status)
        ? l10n.t('Token {0}, {1}', visible(node.name), spoken)
        : l10n.t('Token {0}, {1}, {2}', visible(node.name), status, spoken),
      role: 'treeitem',
    };
    return item;
  }

  #detailItem({ id, label, value, icon, tooltip, copied, children }: DetailNode): TreeItem {
    const { redactor } = this.#parts;
    const mask = (text: string) => redactor.mask(text);
    const name = shownValue(label, mask);
    const item = new TreeItem(
      name,
      children === null ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
    );
    const shown = shownValue(value, mask);
    item.id = id;
    item.description = shown;
    item.contextValue = copied === null ? 'detail' : 'detail copyable';
    if (icon !== null) item.iconPath = new ThemeIcon(icon);
    const both = shown === '' ? name : `${name}: ${shown}`;
    item.tooltip = tooltip === null ? both : visible(mask(tooltip));
    item.accessibilityInformation = { label: both, role: 'treeitem' };
    return item;
  }

  #tellApart(nodes: readonly EntryNode[]): void {
    const names = namesOfSeveral(nodes);
    for (const node of nodes) {
      if (!names.has(node.name) || node.declaredIn === null) this.#files.delete(node);
      else this.#files.set(node, displayPath(Uri.parse(node.declaredIn, true)));
    }
  }

  #describe(node: EntryNode, describe: typeof shortDescription): string {
    const { clock, inspections } = this.#parts;
    const state =
      node.entry === null
        ? (node.problem?.message ?? l10n.t('not read yet'))
        : describe(node.entry, clock.now(), inspections.last(node.entry));
    const file = this.#files.get(node);
    return file === undefined ? state : `${file} · ${state}`;
  }
}

function iconOf({ entry, problem }: EntryNode, inspections: TreeParts['inspections']): ThemeIcon {
  if (entry === null && problem === null) return new ThemeIcon('ellipsis');
  const { icon, color } =
    entry === null
      ? { icon: 'warning', color: 'list.warningForeground' }
      : entryIcon(entry, inspections.last(entry));
  return new ThemeIcon(icon, new ThemeColor(color));
}
