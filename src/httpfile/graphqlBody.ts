import { KeyturnError } from '../errors.ts';

export interface GraphqlReader {
  readonly expand: (text: string) => Promise<string>;
  /** `written` is the path before its variables were replaced. */
  readonly readFile: (path: string, written: string) => Promise<string>;
}

/** The JSON that carries a GraphQL request: a query, then after a blank line its variables as JSON. */
export async function graphqlPayload(raw: string, reader: GraphqlReader): Promise<string> {
  const { query, variables } = splitGraphql(raw);
  const imported = /^gql(?:[ \t]+[^\s({<]+)?[ \t]+<[ \t]+(\S[^\n]*)$/.exec(query)?.[1];
  const text =
    imported === undefined ? query : await reader.readFile((await reader.expand(imported)).trim(), imported);
  const operationName = /^\s*(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/.exec(text)?.[1];
  return JSON.stringify({
    query: await reader.expand(text),
    ...(operationName === undefined ? {} : { operationName }),
    variables: variables === null ? {} : parseVariables(await reader.expand(variables)),
  });
}

/** The variables are the last part after a blank line that begins like an object, if a query stands before it. */
export function splitGraphql(raw: string): { readonly query: string; readonly variables: string | null } {
  const lines = raw.split('\n');
  for (let index = lines.length - 1; index > 0; index--) {
    const isStart = lines[index]?.trimStart().startsWith('{') === true && lines[index - 1]?.trim() === '';
    if (!isStart) continue;
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
