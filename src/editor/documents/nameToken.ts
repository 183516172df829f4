import { Range, type TextDocument, workspace, WorkspaceEdit } from 'vscode';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import { tokenEdit } from './tokenLine.ts';

/**
 * Writes `# @token` above a request, or over the token that it names. Returns the line of the request then; null where the
 * document could not be changed.
 */
export async function nameToken(
  document: TextDocument,
  node: RequestNode,
  name: string,
): Promise<number | null> {
  const { text, addsLine, ...at } = tokenEdit(node, name);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(at.line, at.startColumn, at.line, at.endColumn), text);
  if (!(await workspace.applyEdit(edit))) return null;
  return addsLine ? node.line + 1 : node.line;
}
