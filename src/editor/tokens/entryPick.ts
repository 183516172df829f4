import { l10n, type QuickPickItem, ThemeIcon, Uri, window } from 'vscode';
import * as v from 'valibot';
import type { Clock } from '../../base/clock.ts';
import type { TokenInspections } from '../../oauth/verify/inspections.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { withoutIcons } from '../platform/plainLabel.ts';
import { displayPath } from '../platform/vscodeFiles.ts';
import { entryDescription, entryIcon } from './tree/describe.ts';
import { type EntryNode, namesOfSeveral } from './tree/model.ts';
import type { TokenSelection } from './selection.ts';
import type { TokenDirectory } from './tokenDirectory.ts';

/** A usable entry: its profile could be filled. */
export type UsableNode = EntryNode & { readonly entry: TokenEntry };

export interface EntryPickParts {
  readonly directory: TokenDirectory;
  readonly clock: Clock;
  /** A server may call a scope what is a secret. */
  readonly redactor: Pick<Redactor, 'mask'>;
  readonly inspections: Pick<TokenInspections, 'last'>;
  readonly selection: TokenSelection;
}

const argumentSchema = v.union([
  /** An item of the tree. */
  v.object({ kind: v.literal('entry'), id: v.string() }),
  /** A link: the key of an entry. */
  v.object({ key: v.string() }),
  /** A key binding of the tree. */
  v.object({ selected: v.literal(true) }),
]);

export interface EntryQuestion<Node extends EntryNode> {
  readonly placeHolder: string;
  /** Said when no entry fits. */
  readonly none: string;
  readonly fits: (node: Node) => boolean;
}

/** `pickNode` among the entries whose profile could be filled. */
export async function pickEntry(
  parts: EntryPickParts,
  argument: unknown,
  question: EntryQuestion<UsableNode>,
): Promise<UsableNode | null> {
  const fits = (node: EntryNode): node is UsableNode => isUsable(node) && question.fits(node);
  const node = await pickNode(parts, argument, { ...question, fits });
  return node !== null && fits(node) ? node : null;
}

/**
 * The entry a command is about: the tree's item, the link's key, the selection, else the person picks one of those
 * that the command can work on. Null when there is none or the person leaves.
 */
export async function pickNode(
  parts: EntryPickParts,
  argument: unknown,
  question: EntryQuestion<EntryNode>,
): Promise<EntryNode | null> {
  const entries = await parts.directory.entries();
  const named = await nodeOf(parts, argument, entries);
  const fitting = (named === null ? entries : [named]).filter(question.fits);
  if (fitting.length === 0) {
    void window.showInformationMessage(question.none);
    return null;
  }
  if (named !== null) return named;
  const names = namesOfSeveral(fitting);
  const items = fitting.map((node) => ({
    node,
    label: withoutIcons(node.name),
    ...stateOf(parts, node),
    ...sourceOf(node, names.has(node.name)),
  }));
  // What is selected in the tree comes first: one Enter takes it.
  const selected = parts.selection.entry;
  items.sort((a, b) => Number(b.node.id === selected?.id) - Number(a.node.id === selected?.id));
  const chosen = await window.showQuickPick(items, {
    placeHolder: question.placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.node ?? null;
}

/** Its environment, and its file where the name alone does not tell it from another. */
function sourceOf({ environment, declaredIn }: EntryNode, shared: boolean): Pick<QuickPickItem, 'detail'> {
  const parts = environment === null ? [] : [l10n.t('Environment {0}', environment)];
  if (shared && declaredIn !== null) parts.push(displayPath(Uri.parse(declaredIn, true)));
  return parts.length === 0 ? {} : { detail: withoutIcons(parts.join(' · ')) };
}

/** What the tree says of an entry, as far as it is known: nothing is looked up. */
function stateOf(
  { inspections, redactor, clock }: EntryPickParts,
  { entry, problem }: EntryNode,
): Pick<QuickPickItem, 'description' | 'iconPath'> {
  if (entry === null) return { description: problem?.message ?? '', iconPath: new ThemeIcon('warning') };
  const known = inspections.last(entry);
  return {
    description: withoutIcons(redactor.mask(entryDescription(entry, clock.now(), known))),
    iconPath: new ThemeIcon(entryIcon(entry, known).icon),
  };
}

/** The entry that an argument names, or null when it names none. */
async function nodeOf(
  { selection }: EntryPickParts,
  argument: unknown,
  entries: readonly EntryNode[],
): Promise<EntryNode | null> {
  const parsed = v.safeParse(argumentSchema, argument);
  if (!parsed.success) return null;
  const wanted = parsed.output;
  if ('id' in wanted) return entries.find((node) => node.id === wanted.id) ?? null;
  if ('key' in wanted) return entries.find((node) => node.entry?.key === wanted.key) ?? null;
  await selection.takeFocused();
  return selection.entry;
}

function isUsable(node: EntryNode): node is UsableNode {
  return node.entry !== null;
}
