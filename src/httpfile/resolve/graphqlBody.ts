import { KeyturnError } from '../../base/errors.ts';
import { type FileReference, parseFileReference } from '../parse/text.ts';
import type { GraphqlFragment } from '../parse/tree.ts';

export interface GraphqlReader {
  /** Variables of `< file` are replaced as those of `<@ file` are. */
  readonly expandsFiles: boolean;
  /** Fragments of the file that are there for every query. */
  readonly fragments: readonly GraphqlFragment[];
  /** Of the body. */
  readonly line: number;
  readonly expand: (text: string, line: number) => Promise<string>;
  /** `written` is the path before its variables were replaced. */
  readonly readFile: (path: string, written: string, encoding: string | null) => Promise<string>;
}

/** The JSON that carries a GraphQL request: a query, then after a blank line its variables as JSON. */
export async function graphqlPayload(raw: string, reader: GraphqlReader): Promise<string> {
  const { query, variables } = splitGraphql(raw);
  const { name, file } = fileOf(query, reader);
  const text = await partText(query, file, reader.line, reader);
  const operationName = name ?? operationIn(text);
  return JSON.stringify({
    query: await withFragments(text, reader),
    ...(operationName === null ? {} : { operationName }),
    variables: variables === null ? {} : parseVariables(await variablesText(variables, reader)),
  });
}

function operationIn(text: string): string | null {
  return /^\s*(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/.exec(text)?.[1] ?? null;
}

function variablesText(written: string, reader: GraphqlReader): Promise<string> {
  return partText(written, fileOf(written, reader).file, reader.line, reader);
}

/** The query with the fragments that it and they spread, each once, unless it defines them itself. */
async function withFragments(query: string, reader: GraphqlReader): Promise<string> {
  if (reader.fragments.length === 0) return query;
  const known = new Map(reader.fragments.map((fragment) => [fragment.name, fragment]));
  for (const [, name = ''] of query.matchAll(/\bfragment\s+([_A-Za-z]\w*)\s+on\b/g)) known.delete(name);
  const texts = [query];
  // Grows while it is read.
  for (const text of texts) {
    for (const [, name = ''] of text.matchAll(/\.{3}\s*([_A-Za-z]\w*)/g)) {
      const fragment = known.get(name);
      if (fragment === undefined) continue;
      known.delete(name);
      const { file } = fileOf(fragment.text, reader);
      texts.push(await partText(fragment.text, file, fragment.span.start.line, reader));
    }
  }
  return texts.join('\n');
}

/** A query, its variables or a fragment, whether they stand there or in a file. */
async function partText(
  written: string,
  file: FileReference | null,
  line: number,
  { expand, readFile }: GraphqlReader,
): Promise<string> {
  if (file === null) return expand(written, line);
  const text = await readFile((await expand(file.path, line)).trim(), file.path, file.encoding);
  return file.expand ? expand(text, line) : text;
}

/** httpyac's `gql name < file` replaces variables in it and names the operation. */
function fileOf(
  written: string,
  { expandsFiles }: Pick<GraphqlReader, 'expandsFiles'>,
): { readonly name: string | null; readonly file: FileReference | null } {
  const [, name = null, path] = /^gql(?:[ \t]+([^\s({<]+))?[ \t]+<[ \t]+(\S[^\n]*)$/.exec(written) ?? [];
  if (path !== undefined) return { name, file: { path, expand: true, encoding: null } };
  const file = written.includes('\n') ? null : parseFileReference(written);
  return { name: null, file: file && { ...file, expand: file.expand || expandsFiles } };
}

/**
 * The variables are the last part after a blank line that begins like an object or names a file, if a query stands
 * before it. Braces that are still open there say that it is a part of the query or of the variables.
 */
function splitGraphql(raw: string): { readonly query: string; readonly variables: string | null } {
  const lines = raw.split('\n');
  let last: number | null = null;
  let lastOutside: number | null = null;
  let isQuery = false;
  let depth = 0;
  for (const [index, line] of lines.entries()) {
    const text = line.trimStart();
    const isStart = text.startsWith('{') || parseFileReference(text) !== null;
    if (isStart && isQuery && lines[index - 1]?.trim() === '') {
      last = index;
      if (depth === 0) lastOutside = index;
    }
    isQuery ||= text !== '';
    depth += openedBraces(text);
  }
  const at = lastOutside ?? last;
  if (at === null) return { query: raw.trim(), variables: null };
  return { query: lines.slice(0, at).join('\n').trim(), variables: lines.slice(at).join('\n').trim() };
}

/** How many more braces a line opens than it closes; those in strings and comments are text. */
function openedBraces(line: string): number {
  let opened = 0;
  // A string that is not closed takes the rest of the line, so that none of it is looked through again.
  for (const [found] of line.matchAll(/"(?:[^"\\]|\\.)*"?|#.*|[{}]/g)) {
    if (found === '{') opened++;
    else if (found === '}') opened--;
  }
  return opened;
}

function parseVariables(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new KeyturnError('request_invalid', 'The GraphQL variables are not valid JSON.', { cause: error });
  }
}
