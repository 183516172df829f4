import { KeyturnError } from '../../base/errors.ts';
import { type FileReference, parseFileReference } from '../parse/text.ts';

export interface GraphqlReader {
  readonly expand: (text: string) => Promise<string>;
  /** `written` is the path before its variables were replaced. */
  readonly readFile: (path: string, written: string, encoding: string | null) => Promise<string>;
}

/** The JSON that carries a GraphQL request: a query, then after a blank line its variables as JSON. */
export async function graphqlPayload(raw: string, reader: GraphqlReader): Promise<string> {
  const { query, variables } = splitGraphql(raw);
  const text = await partText(query, reader);
  const operationName = /^\s*(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/.exec(text)?.[1];
  return JSON.stringify({
    query: text,
    ...(operationName === undefined ? {} : { operationName }),
    variables: variables === null ? {} : parseVariables(await partText(variables, reader)),
  });
}

/** The query or the variables, whether they stand there or in a file. */
async function partText(written: string, { expand, readFile }: GraphqlReader): Promise<string> {
  const file = fileOf(written);
  if (file === null) return expand(written);
  const text = await readFile((await expand(file.path)).trim(), file.path, file.encoding);
  return file.expand ? expand(text) : text;
}

/** httpyac's `gql name < file` replaces variables in it; `< file` does not, `<@ file` does. */
function fileOf(written: string): FileReference | null {
  const imported = /^gql(?:[ \t]+[^\s({<]+)?[ \t]+<[ \t]+(\S[^\n]*)$/.exec(written)?.[1];
  if (imported !== undefined) return { path: imported, expand: true, encoding: null };
  return written.includes('\n') ? null : parseFileReference(written);
}

/**
 * The variables are the last part after a blank line that begins like an object or names a file, if a query stands
 * before it.
 */
function splitGraphql(raw: string): { readonly query: string; readonly variables: string | null } {
  const lines = raw.split('\n');
  for (let index = lines.length - 1; index > 0; index--) {
    const line = lines[index]?.trimStart() ?? '';
    const isStart = line.startsWith('{') || parseFileReference(line) !== null;
    if (!isStart || lines[index - 1]?.trim() !== '') continue;
    const query = lines.slice(0, index).join('\n').trim();
    if (query === '') break;
    return { query, variables: lines.slice(index).join('\n').trim() };
  }
  return { query: raw.trim(), variables: null };
}

function parseVariables(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new KeyturnError('request_invalid', 'The GraphQL variables are not valid JSON.', { cause: error });
  }
}
