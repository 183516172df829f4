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
import type { LogFollower } from '../../audit/follow.ts';
import type { AuditEntry } from '../../audit/read.ts';
import { auditCommands } from './commands.ts';
import type { EditorServices } from '../services.ts';
import {
  type AuditNode,
  auditNodes,
  eventDescription,
  eventDetails,
  eventIcon,
  eventLabel,
  type EventNode,
  mostWithSelected,
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

/**
 * The view of the audit log: days with their events, newest first, as the filter lets them pass. While it is visible it
 * follows the log; what is filtered, selected and folded stays as it is.
 */
export class AuditView implements TreeDataProvider<AuditNode> {
  readonly #services: EditorServices;
  readonly #changed = new EventEmitter<void>();
  readonly #events = new Map<string, EventNode>();
  #view: TreeView<AuditNode> | null = null;
  #follower: LogFollower | null = null;
  #failing = false;
  #entries: readonly AuditEntry[] = [];
  #shown: readonly AuditEntry[] = [];
  #filter = '';
  #most = PAGE;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: EditorServices) {
    this.#services = services;
  }

  /** Reads what is new in the log and brings the view to the front. */
  async show(): Promise<void> {
    await commands.executeCommand('setContext', 'keyturn.auditShown', true);
    const log = await this.#services.audit.log();
    this.#view ??= this.#createView(log.follow(() => this.#takeIn()));
    this.#entries = await log.readOn();
    this.#apply(this.#filter, this.#most);
    await commands.executeCommand(`${VIEW}.focus`);
  }

  /** Reads the whole log again. */
  async refresh(): Promise<void> {
    this.#entries = await (await this.#services.audit.log()).read();
    this.#apply(this.#filter, this.#most);
  }

  /** Asks for words to filter by, and says while they are typed how many events pass. */
  async askFilter(): Promise<void> {
    if (this.#view === null) await this.show();
    const filter = await window.showInputBox({
      title: l10n.t('Filter the Audit Log'),
      prompt: l10n.t('Words that an event must contain, and: {0}', SYNTAX),
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
    const text = verificationText(found);
    // With a button, since the editor cuts a message without one after its first line.
    const show = l10n.t('Show Audit Log');
    const answer =
      found.state === 'empty' || (found.state === 'whole' && found.proof === 'sealed')
        ? window.showInformationMessage(text, show)
        : window.showWarningMessage(text, show);
    void answer.then((chosen) => {
      if (chosen === show) void this.show();
    });
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
      item.command = { command: auditCommands.more, title: l10n.t('Show More…') };
      return item;
    }
    const item = new TreeItem(node.day, TreeItemCollapsibleState.Expanded);
    item.id = node.id;
    item.contextValue = 'day';
    // Nothing is read out when events come: who comes by hears how many there are.
    item.accessibilityInformation = {
      label: l10n.t('{0}, {1} events shown', node.day, node.events.length),
      role: 'treeitem',
    };
    return item;
  }

  dispose(): void {
    this.#follower?.stop();
    this.#view?.dispose();
    this.#changed.dispose();
  }

  #createView(follower: LogFollower): TreeView<AuditNode> {
    const view = window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#follower = follower;
    const follow = () => {
      if (view.visible) follower.start();
      else follower.stop();
    };
    follow();
    view.onDidChangeVisibility(follow);
    return view;
  }

  /** Takes in what was written meanwhile. */
  async #takeIn(): Promise<void> {
    try {
      this.#entries = await (await this.#services.audit.log()).readOn();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#services.log.error(l10n.t('Audit log'), error);
      this.#failing = true;
      return;
    }
    const before = this.#shown;
    const shown = this.#filtered(this.#filter);
    const [selected] = this.#view?.selection ?? [];
    const kept = selected?.kind === 'event' ? selected.entry : null;
    this.#show(shown, mostWithSelected(shown, this.#most, kept));
    if (shown.length !== before.length || shown.at(-1)?.id !== before.at(-1)?.id) this.#changed.fire();
  }

  #filtered(filter: string): AuditEntry[] {
    return filterEntries(this.#entries, parseFilter(filter, this.#services.clock.now()));
  }

  #apply(filter: string, most = PAGE): void {
    this.#filter = filter;
    void commands.executeCommand('setContext', 'keyturn.auditFiltered', filter !== '');
    this.#show(this.#filtered(filter), most);
    this.#changed.fire();
  }

  #show(shown: readonly AuditEntry[], most: number): void {
    this.#shown = shown;
    this.#most = most;
    if (this.#view === null) return;
    this.#view.description = l10n.t('{0} of {1} events', shown.length, this.#entries.length);
    this.#view.message = messageOf(this.#filter, shown.length, this.#entries.length);
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
  return shown === 0 ? l10n.t('No event matches the filter: {0}', filter) : l10n.t('Filter: {0}', filter);
}

function eventItem(node: EventNode): TreeItem {
  const { entry } = node;
  const item = new TreeItem(eventLabel(entry));
  const description = eventDescription(entry);
  item.id = node.id;
  item.description = description;
  item.tooltip = eventDetails(entry);
  item.iconPath =
    entry.unusual.length === 0
      ? new ThemeIcon(eventIcon(entry))
      : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  item.contextValue = ['event', entry.token === '' ? '' : 'named', entry.origin === null ? '' : 'placed']
    .filter((word) => word !== '')
    .join(' ');
  item.accessibilityInformation = {
    label: `${entry.unusual.length === 0 ? '' : l10n.t('Unusual: ')}${eventLabel(entry)}, ${description}`,
    role: 'treeitem',
  };
  if (fileOfCause(entry.cause) !== null) {
    item.command = {
      command: auditCommands.openCause,
      title: l10n.t('Go to Request'),
      arguments: [{ kind: 'event', id: node.id }],
    };
  }
  return item;
}
