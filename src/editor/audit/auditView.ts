import {
  commands,
  EventEmitter,
  InputBoxValidationSeverity,
  l10n,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from 'vscode';
import * as v from 'valibot';
import { fileOfCause } from '../../audit/cause.ts';
import { filterEntries, parseFilter } from '../../audit/filter.ts';
import type { AuditEntry } from '../../audit/read.ts';
import { tokenCommands } from '../commands.ts';
import type { EditorServices } from '../services.ts';
import { editorWords } from '../words.ts';
import {
  actionIcons,
  type AuditNode,
  auditNodes,
  eventDescription,
  eventDetails,
  eventLabel,
  type EventNode,
  verificationText,
  withFilterWord,
} from './auditModel.ts';
import { openCause } from './openCause.ts';
import { saveAudit } from './saveAudit.ts';

const VIEW = 'keyturn.audit';
/** Shown at once, and with each "show more". */
const PAGE = 200;
const SYNTAX = 'token:NAME origin:https://… action:used since:7d is:unusual';

const eventSchema = v.object({ kind: v.literal('event'), id: v.string() });

/** The view of the audit log: days with their events, newest first, as the filter lets them pass. */
export class AuditView implements TreeDataProvider<AuditNode> {
  readonly #services: EditorServices;
  readonly #changed = new EventEmitter<void>();
  readonly #events = new Map<string, EventNode>();
  #view: TreeView<AuditNode> | null = null;
  #entries: readonly AuditEntry[] = [];
  #shown: readonly AuditEntry[] = [];
  #filter = '';
  #most = PAGE;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: EditorServices) {
    this.#services = services;
  }

  /** Reads the log again and brings the view to the front. */
  async show(): Promise<void> {
    await commands.executeCommand('setContext', 'keyturn.auditShown', true);
    this.#view ??= window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
    await this.refresh();
    await commands.executeCommand(`${VIEW}.focus`);
  }

  async refresh(): Promise<void> {
    this.#entries = await (await this.#services.audit.log()).read();
    this.#apply(this.#filter);
  }

  /** Asks for words to filter by, and says while they are typed how many events pass. */
  async askFilter(): Promise<void> {
    if (this.#view === null) await this.show();
    const filter = await window.showInputBox({
      title: l10n.t('Filter the Audit Log'),
      prompt: l10n.t('Words that an event must hold, and: {0}', SYNTAX),
      value: this.#filter,
      ignoreFocusOut: true,
      // The message takes the place of the prompt.
      validateInput: (text) => ({
        message: l10n.t('{0} of {1} events. {2}', this.#filtered(text).length, this.#entries.length, SYNTAX),
        severity: InputBoxValidationSeverity.Info,
      }),
    });
    if (filter !== undefined) this.#apply(filter.trim());
  }

  clearFilter(): void {
    this.#apply('');
  }

  /** Only events with the same token, origin or action as this one. */
  only(part: 'token' | 'origin' | 'action', argument: unknown): void {
    const value = this.#eventOf(argument)?.entry[part] ?? null;
    if (value !== null) this.#apply(withFilterWord(this.#filter, `${part}:${value}`));
  }

  showMore(): void {
    this.#most += PAGE * 5;
    this.#apply(this.#filter, this.#most);
  }

  /** The file and line that caused the event; said where there is none. */
  async openCause(argument: unknown): Promise<void> {
    const cause = this.#eventOf(argument)?.entry.cause;
    if (cause !== undefined) await openCause(cause);
  }

  async verify(): Promise<void> {
    const found = await (await this.#services.audit.log()).verify();
    const text = verificationText(found, editorWords);
    if (found.state === 'whole') void window.showInformationMessage(text);
    else void window.showWarningMessage(text);
  }

  /** What the view shows, else all of it. */
  async export(): Promise<void> {
    const log = await this.#services.audit.log();
    const entries = filterEntries(await log.read(), parseFilter(this.#filter, this.#services.clock.now()));
    await saveAudit(entries);
  }

  getChildren(node?: AuditNode): AuditNode[] {
    if (node?.kind === 'day') return [...node.events];
    if (node !== undefined) return [];
    const nodes = auditNodes(this.#shown, this.#most);
    this.#events.clear();
    for (const day of nodes)
      if (day.kind === 'day') for (const event of day.events) this.#events.set(event.id, event);
    return nodes;
  }

  getTreeItem(node: AuditNode): TreeItem {
    if (node.kind === 'event') return eventItem(node);
    if (node.kind === 'more') {
      const item = new TreeItem(l10n.t('Show More…'));
      item.id = node.id;
      item.description = l10n.t('{0} older events', node.hidden);
      item.command = { command: tokenCommands.auditMore, title: l10n.t('Show More…') };
      return item;
    }
    const item = new TreeItem(node.day, TreeItemCollapsibleState.Expanded);
    item.id = node.id;
    item.contextValue = 'day';
    return item;
  }

  dispose(): void {
    this.#view?.dispose();
    this.#changed.dispose();
  }

  #filtered(filter: string): AuditEntry[] {
    return filterEntries(this.#entries, parseFilter(filter, this.#services.clock.now()));
  }

  #apply(filter: string, most = PAGE): void {
    this.#filter = filter;
    this.#most = most;
    this.#shown = this.#filtered(filter);
    void commands.executeCommand('setContext', 'keyturn.auditFiltered', filter !== '');
    if (this.#view !== null) {
      this.#view.description = l10n.t('{0} of {1} events', this.#shown.length, this.#entries.length);
      this.#view.message = messageOf(filter, this.#shown.length, this.#entries.length);
    }
    this.#changed.fire();
  }

  #eventOf(argument: unknown): EventNode | null {
    const parsed = v.safeParse(eventSchema, argument);
    if (parsed.success) return this.#events.get(parsed.output.id) ?? null;
    const [selected] = this.#view?.selection ?? [];
    return selected?.kind === 'event' ? selected : null;
  }
}

function messageOf(filter: string, shown: number, all: number): string {
  if (all === 0) return l10n.t('Nothing is recorded yet.');
  if (filter === '') return '';
  return shown === 0 ? l10n.t('No event passes the filter: {0}', filter) : l10n.t('Filter: {0}', filter);
}

function eventItem(node: EventNode): TreeItem {
  const { entry } = node;
  const item = new TreeItem(eventLabel(entry, editorWords));
  const description = eventDescription(entry, editorWords);
  item.id = node.id;
  item.description = description;
  item.tooltip = eventDetails(entry, editorWords);
  item.iconPath =
    entry.unusual.length === 0
      ? new ThemeIcon(actionIcons[entry.action])
      : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  item.contextValue = ['event', entry.token === '' ? '' : 'named', entry.origin === null ? '' : 'placed']
    .filter((word) => word !== '')
    .join(' ');
  item.accessibilityInformation = {
    label: `${entry.unusual.length === 0 ? '' : l10n.t('Unusual: ')}${eventLabel(entry, editorWords)}, ${description}`,
    role: 'treeitem',
  };
  if (fileOfCause(entry.cause) !== null) {
    item.command = {
      command: tokenCommands.auditOpenCause,
      title: l10n.t('Open What Caused It'),
      arguments: [{ kind: 'event', id: node.id }],
    };
  }
  return item;
}
