import { env, l10n, window } from 'vscode';
import * as v from 'valibot';
import type { EditorServices } from '../services.ts';
import type { TokenSelection } from './selection.ts';

const SAID_MS = 3000;

const lineSchema = v.union([
  v.object({ kind: v.literal('detail'), copied: v.string() }),
  v.object({ kind: v.literal('group'), label: v.string() }),
]);

/**
 * Copies what a line of the tree says, whole and masked: a claim, a scope, an address. `copyToken` takes the line of a
 * token itself.
 */
export async function copyValue(
  { redactor }: Pick<EditorServices, 'redactor'>,
  selection: TokenSelection,
  argument: unknown,
  copyToken: () => Promise<void>,
): Promise<void> {
  const named = v.safeParse(lineSchema, argument);
  if (!named.success) await selection.takeFocused();
  const line = named.success ? named.output : selection.node;
  if (line?.kind === 'entry') return copyToken();
  const value = line?.kind === 'group' ? line.label : (line?.copied ?? null);
  if (value === null) {
    await window.showInformationMessage(
      l10n.t('Select a claim, a scope or an address in the Tokens view first.'),
    );
    return;
  }
  await env.clipboard.writeText(redactor.mask(value));
  window.setStatusBarMessage(l10n.t('Copied the value'), SAID_MS);
}
