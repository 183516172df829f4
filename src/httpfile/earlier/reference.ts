import type { HttpFile } from '../parse/tree.ts';

/** What an expression asks of an earlier request: `{{login.response.body.$.token}}`. */
export interface Reference {
  /** Of the request. */
  readonly name: string;
  readonly message: 'request' | 'response';
  readonly part:
    | { readonly kind: 'body'; readonly query: BodyQuery }
    | { readonly kind: 'header'; readonly header: string }
    /** The status code of the response. */
    | { readonly kind: 'status' };
}

/** `all`: the whole text. JSONPath is that of RFC 9535, XPath that of version 1.0. */
export type BodyQuery =
  { readonly kind: 'all' } | { readonly kind: 'jsonpath' | 'xpath'; readonly path: string };

const MESSAGE = /^([\w-]+)\.(response|request)\.(body|headers)(?![\w-])/;
/** httpyac: a chain of members without calls or operators. */
const CHAIN = /^([A-Za-z_$][\w$]*)((?:\.[A-Za-z_$][\w$]*|\[\d+\]|\["[^"\\]*"\]|\['[^'\\]*'\])*)$/;
const STEP = /\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\["([^"\\]*)"\]|\['([^'\\]*)'\]/g;

/**
 * Reads `name.response.body.…`, `name.response.headers.…` and the same of `request`, as REST Client and kulala write
 * them. In httpyac's dialect also `name.member` (of the answer in JSON), `nameResponse.statusCode`,
 * `nameResponse.headers["x"]` and `nameResponse.parsedBody.member`, where `isRequest` knows `name`. Null for everything else.
 */
export function parseReference(
  expression: string,
  dialect: HttpFile['dialect'],
  isRequest: (name: string) => boolean,
): Reference | null {
  const [whole, name = '', message, part] = MESSAGE.exec(expression) ?? [];
  if (whole !== undefined) {
    const of = { name, message: message === 'request' ? 'request' : 'response' } as const;
    const rest = expression.slice(whole.length).trim();
    if (part === 'body') {
      const query = bodyQuery(rest);
      return query === null ? null : { ...of, part: { kind: 'body', query } };
    }
    const header = /^(?:\.([^\s.[\]]+)|\[\s*(["'])([^"']+)\2\s*\])$/.exec(rest);
    const wanted = header?.[1] ?? header?.[3];
    return wanted === undefined ? null : { ...of, part: { kind: 'header', header: wanted } };
  }
  return dialect === 'httpyac' ? chainReference(expression, isRequest) : null;
}

function bodyQuery(rest: string): BodyQuery | null {
  if (rest === '' || rest === '.*') return { kind: 'all' };
  const path = rest.startsWith('.') ? rest.slice(1) : rest;
  if (path.startsWith('$')) return { kind: 'jsonpath', path };
  if (path.startsWith('/')) return { kind: 'xpath', path };
  if (path === '') return null;
  return { kind: 'jsonpath', path: path.startsWith('[') ? `$${path}` : `$.${path}` };
}

function chainReference(expression: string, isRequest: (name: string) => boolean): Reference | null {
  const [whole, head = '', chain = ''] = CHAIN.exec(expression) ?? [];
  if (whole === undefined) return null;
  const steps = [...chain.matchAll(STEP)].map(([, dot, index, double, single]) =>
    index === undefined ? (dot ?? double ?? single ?? '') : Number(index),
  );
  const body = (name: string, path: readonly (string | number)[]): Reference => ({
    name,
    message: 'response',
    part: {
      kind: 'body',
      query: path.length === 0 ? { kind: 'all' } : { kind: 'jsonpath', path: pathOf(path) },
    },
  });
  if (isRequest(head)) return body(head, steps);
  const name = head.endsWith('Response') ? head.slice(0, -'Response'.length) : '';
  if (!isRequest(name)) return null;
  const [member, ...rest] = steps;
  if (member === 'parsedBody' || (member === 'body' && rest.length === 0)) return body(name, rest);
  const [header] = rest;
  if (member === 'headers' && rest.length === 1 && typeof header === 'string')
    return { name, message: 'response', part: { kind: 'header', header } };
  if ((member === 'statusCode' || member === 'status') && rest.length === 0)
    return { name, message: 'response', part: { kind: 'status' } };
  return null;
}

/** The normalized path of RFC 9535, section 2.7. */
function pathOf(steps: readonly (string | number)[]): string {
  const written = steps.map((step) =>
    typeof step === 'number' ? `[${step}]` : `['${step.replaceAll(/['\\]/g, '\\$&')}']`,
  );
  return `$${written.join('')}`;
}
