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
import type { KnownInspection, TokenInspections } from '../../../oauth/verify/inspections.ts';
import type { Redactor } from '../../../redaction/redactor.ts';
import type { TokenEntry } from '../../../token/manager.ts';
import { visible } from '../../../base/visible.ts';
import { sandboxCommands } from '../../sandbox/commands.ts';
import { displayPath } from '../../platform/vscodeFiles.ts';
import { shownValue } from './claimsText.ts';
import { entryDescription, entryIcon, shortDescription, statusText } from './describe.ts';
import { capturedDetails, detailsOf } from './details.ts';
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
import { SessionTokens, type SessionTokensParts } from '../sessionTokens.ts';
import { type CapturedNode, capturedEntry, type SessionGroup } from './captured.ts';
import { capturedTooltip, entryTooltip, problemTooltip } from './tooltip.ts';

export type TreeNode = GroupNode | EntryNode | DetailNode | SessionGroup | CapturedNode;

/** A line that stands for a token. */
type TokenNode = EntryNode | CapturedNode;

export interface TreeParts extends SessionTokensParts {
  readonly directory: TokenDirectory;
  readonly inspections: Pick<TokenInspections, 'last' | 'onDidChange'>;
  readonly redactor: Redactor;
  /** Before the expiry of a token, in which it counts as expiring. */
  readonly leadMs: () => number;
}

/** The view `keyturn.tokens`. Repaints an entry when what it says changes, and nothing else. */
export class TokenTree implements TreeDataProvider<TreeNode> {
  readonly #parts: TreeParts;
  readonly #session: SessionTokens;
  readonly #changed = new EventEmitter<TreeNode[] | undefined>();
  readonly #subscriptions: { dispose(): void }[];
  /** What each entry on screen says of its life. */
  readonly #shown = new Map<TokenNode, string>();
  readonly #parents = new WeakMap<TreeNode, TreeNode>();
  /** Files of entries whose names do not tell them apart. */
  readonly #files = new WeakMap<TokenNode, string>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(parts: TreeParts) {
    this.#parts = parts;
    this.#session = new SessionTokens(parts);
    this.#subscriptions = [
      this.#session,
      parts.directory.onDidChange((entries) => {
        if (entries === null) this.#shown.clear();
        this.#changed.fire(entries === null ? undefined : [...entries]);
      }),
      this.#session.onDidChange(() => {
        for (const node of this.#shown.keys()) if (node.kind === 'captured') this.#shown.delete(node);
        this.#changed.fire(undefined);
      }),
      parts.inspections.onDidChange((keys) => {
        const proven = [...this.#shown.keys()].filter(
          (node) => node.kind === 'entry' && node.entry !== null && keys.has(node.entry.key),
        );
        if (proven.length > 0) this.#changed.fire(proven);
      }),
    ];
  }

  /** Repaints the entries whose life reads differently by now. */
  age(): void {
    const aged: TokenNode[] = [];
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
    switch (node.kind) {
      case 'group':
        return this.#groupItem(node);
      case 'session':
        return sessionItem(node);
      case 'entry':
      case 'captured':
        return this.#tokenItem(node);
      case 'detail':
        return this.#detailItem(node);
    }
  }

  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    const { redactor, clock } = this.#parts;
    const mask = (text: string) => redactor.mask(text);
    if (node.kind === 'captured') {
      const entry = this.#capturedEntry(node);
      item.tooltip = new MarkdownString(capturedTooltip(entry, node.exchange, clock.now(), mask));
    }
    // One that was not read yet says so beside its name.
    if (node.kind === 'entry' && (node.entry !== null || node.problem !== null)) {
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
    const { directory, clock, inspections } = this.#parts;
    switch (node?.kind) {
      case undefined: {
        const groups = await directory.groups();
        const ofSession = this.#session.group();
        return ofSession === null ? [...groups] : [...groups, ofSession];
      }
      case 'group':
      case 'session':
        this.#tellApart(node.entries);
        return [...node.entries];
      case 'detail':
        return node.children?.() ?? [];
      case 'captured':
        return capturedDetails(node.id, node.exchange, this.#capturedEntry(node), clock.now());
      case 'entry':
        return node.entry === null
          ? []
          : detailsOf(node.id, node.entry, clock.now(), inspections.last(node.entry));
    }
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

  #tokenItem(node: TokenNode): TreeItem {
    const { redactor } = this.#parts;
    const state = this.#stateOf(node);
    const { entry, problem } = state;
    const item = new TreeItem(
      visible(node.name),
      entry === null ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
    );
    const description = visible(redactor.mask(this.#describe(node, shortDescription)));
    const spoken = visible(redactor.mask(this.#describe(node, entryDescription)));
    this.#shown.set(node, description);
    item.id = node.id;
    item.description = description;
    item.contextValue = node.kind === 'captured' ? 'captured copyable' : contextValueOf(node);
    item.iconPath = iconOf(state);
    const unusable = problem === null ? l10n.t('not read yet') : l10n.t('not usable');
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

  #tellApart(nodes: readonly TokenNode[]): void {
    const names = namesOfSeveral(nodes);
    for (const node of nodes) {
      const file = node.kind === 'captured' ? node.exchange.file : node.declaredIn;
      if (!names.has(node.name) || file === null) this.#files.delete(node);
      else this.#files.set(node, displayPath(Uri.parse(file, true)));
    }
  }

  #describe(node: TokenNode, describe: typeof shortDescription): string {
    const { entry, problem, known } = this.#stateOf(node);
    const state =
      entry === null
        ? (problem?.message ?? l10n.t('not read yet'))
        : describe(entry, this.#parts.clock.now(), known);
    const file = this.#files.get(node);
    return file === undefined ? state : `${file} · ${state}`;
  }

  #stateOf(node: TokenNode): TokenState {
    if (node.kind === 'captured') return { entry: this.#capturedEntry(node), problem: null, known: null };
    const { entry, problem } = node;
    return { entry, problem, known: entry === null ? null : this.#parts.inspections.last(entry) };
  }

  #capturedEntry(node: CapturedNode): TokenEntry {
    const { clock, leadMs } = this.#parts;
    return capturedEntry(node, clock.now(), leadMs());
  }
}

interface TokenState extends Pick<EntryNode, 'entry' | 'problem'> {
  /** What was found out about it. */
  readonly known: KnownInspection | null;
}

function sessionItem({ id, entries }: SessionGroup): TreeItem {
  const open = entries.length <= LARGE_GROUP;
  const item = new TreeItem(
    l10n.t('Session'),
    open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
  );
  item.id = id;
  item.contextValue = 'group session';
  if (!open) item.description = l10n.t('{0} tokens', entries.length);
  item.tooltip = l10n.t('Tokens in the answers to named requests, until the session is cleared');
  return item;
}

function iconOf({ entry, problem, known }: TokenState): ThemeIcon {
  if (entry === null && problem === null) return new ThemeIcon('ellipsis');
  const { icon, color } =
    entry === null ? { icon: 'warning', color: 'list.warningForeground' } : entryIcon(entry, known);
  return new ThemeIcon(icon, new ThemeColor(color));
}
