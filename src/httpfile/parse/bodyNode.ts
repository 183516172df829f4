import type { Lines } from './lines.ts';
import type { DialectRules } from './rules.ts';
import { isBlank, parseFileReference } from './text.ts';
import type { BodyNode, HeaderNode } from './tree.ts';

/** Facts of the request that decide what its body is. */
export interface BodyContext {
  readonly method: string;
  readonly headers: readonly HeaderNode[];
  readonly rules: DialectRules;
  /** A query stands in the body by itself, which httpyac takes for GraphQL; or `# @graphql` says so. */
  readonly graphql?: boolean;
}

const noBody: BodyNode = { kind: 'none' };

/** Makes the body of the lines that belong to it; blank lines around it are no part of it. */
export function makeBody(lines: Lines, indices: readonly number[], context: BodyContext): BodyNode {
  let from = 0;
  let to = indices.length;
  const blankAt = (at: number) => isBlank(lines.text(indices[at] ?? 0));
  while (from < to && blankAt(from)) from++;
  while (to > from && blankAt(to - 1)) to--;
  const first = indices[from];
  const last = indices[to - 1];
  if (first === undefined || last === undefined || from === to) return noBody;
  const span = lines.range(first, last);
  const graphql = context.graphql === true || isGraphql(context);
  if (first === last && !graphql) {
    const file = parseFileReference(lines.text(first));
    if (file !== null) return { kind: 'file', ...file, span };
  }
  const text = indices
    .slice(from, to)
    .map((index) => lines.text(index))
    .join('\n');
  if (graphql) return { kind: 'graphql', text, span };
  return { kind: isMultipart(context.headers) ? 'multipart' : 'text', text, span };
}

function isMultipart(headers: readonly HeaderNode[]): boolean {
  return contentType(headers).startsWith('multipart/');
}

/** Value of the last Content-Type in lower case, or an empty string. */
export function contentType(headers: readonly HeaderNode[]): string {
  return headers.findLast(({ name }) => name.toLowerCase() === 'content-type')?.value.toLowerCase() ?? '';
}

function isGraphql({ method, headers, rules }: BodyContext): boolean {
  if (rules.graphql.method && method === 'GRAPHQL') return true;
  if (!rules.graphql.header) return false;
  return headers.some(
    ({ name, value }) => name.toLowerCase() === 'x-request-type' && value.toLowerCase() === 'graphql',
  );
}
