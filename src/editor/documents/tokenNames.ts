import { tokenDirectives } from '../../httpfile/parse/directives.ts';
import { tokenNamesIn } from '../../httpfile/resolve/template.ts';
import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';

/** Names of the tokens that a file's requests use: `# @token viewer` and `{{$token viewer}}`. */
export function tokensOfFile(tree: HttpFile): Set<string> {
  const names = new Set<string>();
  for (const { value } of tree.variables) addTemplates(value, names);
  for (const request of tree.requests) addRequest(request, names);
  return names;
}

function addRequest(request: RequestNode, names: Set<string>): void {
  for (const { value } of tokenDirectives(request.metadata)) if (value.trim() !== '') names.add(value.trim());
  for (const text of templatedTexts(request)) addTemplates(text, names);
}

function addTemplates(text: string, names: Set<string>): void {
  for (const name of tokenNamesIn(text)) names.add(name);
}

/** The token that the request names in `# @token` or, failing that, first in a `{{$token name}}`; null for none. */
export function namedToken(node: RequestNode): string | null {
  for (const { value } of tokenDirectives(node.metadata)) if (value.trim() !== '') return value.trim();
  for (const text of templatedTexts(node)) {
    const [found] = tokenNamesIn(text);
    if (found !== undefined) return found;
  }
  return null;
}

function* templatedTexts(node: RequestNode): Generator<string> {
  yield node.url;
  for (const { value } of node.headers) yield value;
  if (node.body.kind !== 'none' && node.body.kind !== 'file') yield node.body.text;
}
