import { type Uri, workspace } from 'vscode';
import type { Exchange } from '../../httpfile/earlier/exchange.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import { isLoginName } from '../../run/login/loginName.ts';
import type { EditorServices } from '../services.ts';

/** The last exchange of a request whose response held a token; null for every other request. */
export function lastLogin(
  { sessions }: Pick<EditorServices, 'sessions'>,
  document: Uri,
  { name }: RequestNode,
): Exchange | null {
  // Other names stand in no keyturn.json.
  if (name === null || !isLoginName(name) || !workspace.isTrusted) return null;
  const exchange = sessions.known(document)?.exchanges.find(document.toString(), name) ?? null;
  if (exchange === null || exchange.response.status >= 400 || exchange.response.body === null) return null;
  return exchange.tokens.length > 0 ? exchange : null;
}
