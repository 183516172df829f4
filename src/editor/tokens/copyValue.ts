import { env, l10n, window } from 'vscode';
import * as v from 'valibot';
import type { EditorServices } from '../services.ts';
import type { TokenSelection } from './selection.ts';
import { currentGroup } from './sessionTokens.ts';
import type { CapturedNode } from './tree/captured.ts';
import type { TreeNode } from './tree/treeProvider.ts';

const SAID_MS = 3000;

const lineSchema = v.union([
  v.object({ kind: v.literal('detail'), copied: v.string() }),
  v.object({ kind: v.literal('group'), label: v.string() }),
  v.object({ kind: v.literal('captured'), id: v.string() }),
]);

/**
 * Copies what a line of the tree says, whole and masked: a claim, a scope, an address. `copy` takes the line of a token
 * itself.
 */
export async function copyValue(
  { redactor, sessions }: Pick<EditorServices, 'redactor' | 'sessions'>,
  selection: TokenSelection,
  argument: unknown,
  copy: { token(): Promise<void>; captured(node: CapturedNode): Promise<void> },
): Promise<void> {
  const named = v.safeParse(lineSchema, argument);
  if (!named.success) await selection.takeFocused();
  const line = named.success ? named.output : selection.node;
  if (line?.kind === 'entry') return copy.token();
  if (line?.kind === 'captured') {
    const node = currentGroup(sessions)?.entries.find(({ id }) => id === line.id);
    return node === undefined ? undefined : copy.captured(node);
  }
  const value = copied(line);
  if (value === null) {
    await window.showInformationMessage(
      l10n.t('Select a claim, a scope or an address in the Tokens view first.'),
    );
    return;
  }
  await env.clipboard.writeText(redactor.mask(value));
  window.setStatusBarMessage(l10n.t('Copied the value'), SAID_MS);
}

type Line = v.InferOutput<typeof lineSchema> | TreeNode | null;

function copied(line: Exclude<Line, { readonly kind: 'entry' | 'captured' }>): string | null {
  if (line?.kind === 'group') return line.label;
  return line?.kind === 'detail' ? line.copied : null;
}
