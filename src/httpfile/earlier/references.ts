import { definitionsIn } from '../resolve/definitions.ts';
import { splitTemplate } from '../resolve/template.ts';
import type { HttpFile, RequestNode } from '../parse/tree.ts';
import { parseReference, type Reference } from './reference.ts';

/** A reference, and the zero-based line that it is worked out for. */
export interface WrittenReference {
  readonly reference: Reference;
  readonly line: number;
}

/**
 * What a request refers to in its URL, headers and body, and in the variables of the file that stand there. What it reads
 * from other files is not looked at. `isRequest` knows the names of requests.
 */
export function referencesOf(
  tree: HttpFile,
  node: RequestNode,
  isRequest: (name: string) => boolean,
): WrittenReference[] {
  const found: WrittenReference[] = [];
  const seen = new Set<string>();
  const add = (text: string, line: number) => {
    for (const expression of expressionsIn(text)) {
      const reference = parseReference(expression, tree.dialect, isRequest);
      if (reference !== null) found.push({ reference, line });
      else if (!seen.has(expression)) {
        seen.add(expression);
        for (const { value } of definitionsIn(tree).get(expression) ?? []) add(value, line);
      }
    }
  };
  add(node.url, node.urlSpan.start.line);
  for (const { name, value, span } of node.headers) {
    add(name, span.start.line);
    add(value, span.start.line);
  }
  for (const { text } of node.curl?.query.filter((data) => 'text' in data) ?? []) add(text, node.line);
  const { body } = node;
  if (body.kind === 'file') add(body.path, body.span.start.line);
  else if (body.kind !== 'none') add(body.text, body.span.start.line);
  return found;
}

const names = new WeakMap<HttpFile, ReadonlyMap<string, RequestNode>>();

/** The request of this name; of several, the first. Null where there is none. */
export function requestNamed(tree: HttpFile, name: string): RequestNode | null {
  let known = names.get(tree);
  if (known === undefined) {
    const byName = new Map<string, RequestNode>();
    for (const node of tree.requests)
      if (node.name !== null && !byName.has(node.name)) byName.set(node.name, node);
    names.set(tree, (known = byName));
  }
  return known.get(name) ?? null;
}

export function isRequestName(tree: HttpFile, name: string): boolean {
  return requestNamed(tree, name) !== null;
}

function* expressionsIn(text: string): Generator<string> {
  if (!text.includes('{{')) return;
  for (const part of splitTemplate(text)) {
    if (part.kind === 'expression') yield part.text.replace(/^%\s*/, '');
  }
}
