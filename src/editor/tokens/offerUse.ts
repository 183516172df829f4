import { commands, env, l10n, type TextDocument, Uri, window, workspace } from 'vscode';
import * as v from 'valibot';
import { parseHttpFile } from '../../httpfile/parse/parse.ts';
import { requestAtLine } from '../../httpfile/parse/requestAt.ts';
import { requestCommands } from '../requests/commands.ts';
import { tokenLine } from '../documents/tokenLine.ts';
import { namedToken } from '../documents/tokenNames.ts';
import { withoutLinks } from '../platform/noticeText.ts';

/** Where Add Token was asked for: a request that has no token. */
const placeSchema = v.object({ source: v.string(), line: v.number() });

/** After Add Token: writes the token's name above the request that the person looks at, or copies the line for it. */
export async function offerUse(name: string, argument: unknown): Promise<void> {
  const place = await placeOf(argument);
  const node = place === null ? null : requestAtLine(parseHttpFile(place.document.getText()), place.line);
  const named = node === null ? null : namedToken(node);
  if (named === name) return;
  const line = withoutLinks(tokenLine(name));
  const added = l10n.t('Added the token "{0}".', withoutLinks(name));
  if (place !== null && node !== null && named === null) {
    const insert = l10n.t('Insert "{0}" into the Request', line);
    if ((await window.showInformationMessage(added, insert)) !== insert) return;
    await commands.executeCommand(requestCommands.chooseToken, place.document.uri, node.line, name);
    return;
  }
  const copy = l10n.t('Copy "{0}"', line);
  if ((await window.showInformationMessage(added, copy)) === copy)
    await env.clipboard.writeText(tokenLine(name));
}

async function placeOf(argument: unknown): Promise<{ document: TextDocument; line: number } | null> {
  const named = v.safeParse(placeSchema, argument);
  if (named.success) {
    const { source, line } = named.output;
    return { document: await workspace.openTextDocument(Uri.parse(source, true)), line };
  }
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== 'http') return null;
  return { document: editor.document, line: editor.selection.active.line };
}
