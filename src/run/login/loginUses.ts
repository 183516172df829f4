import type { Exchange } from '../../httpfile/earlier/exchange.ts';
import { parseReference } from '../../httpfile/earlier/reference.ts';
import { isRequestName } from '../../httpfile/earlier/references.ts';
import { select } from '../../httpfile/earlier/select.ts';
import { tokenDirectives } from '../../httpfile/parse/directives.ts';
import type { HeaderNode, HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import { definitionsIn } from '../../httpfile/resolve/definitions.ts';

/** A request that sends a token of a login's answer as `Authorization: Bearer`. */
export interface LoginUse {
  readonly node: RequestNode;
  readonly header: HeaderNode;
  readonly value: string;
}

/** A place where a request writes a value of a login's answer. */
export interface WrittenValue {
  readonly node: RequestNode;
  /** With its braces. */
  readonly expression: string;
  readonly value: string;
}

const BEARER = /^Bearer\s+\{\{([^{}]*)\}\}$/i;
const EXPRESSION = /\{\{([^{}\n]*)\}\}/g;
const MOST_STEPS = 5;

/**
 * Requests whose whole `Authorization: Bearer` is a value of the login's answer, written there or in a variable of the
 * file. Those with a `# @token` have another token already.
 */
export async function bearerUses(tree: HttpFile, exchange: Exchange): Promise<LoginUse[]> {
  const uses: LoginUse[] = [];
  for (const node of tree.requests) {
    if (node.name === exchange.name || tokenDirectives(node.metadata).length > 0) continue;
    for (const header of node.headers) {
      const [, expression] = BEARER.exec(header.value.trim()) ?? [];
      if (header.name.toLowerCase() !== 'authorization' || expression === undefined) continue;
      const value = await valueOf(tree, exchange, expression.trim());
      if (value !== null) uses.push({ node, header, value });
    }
  }
  return uses;
}

/** The places in the bodies of other requests that are this value of the login's answer. */
export async function bodyUses(tree: HttpFile, exchange: Exchange, wanted: string): Promise<WrittenValue[]> {
  const uses: WrittenValue[] = [];
  for (const node of tree.requests) {
    const { body } = node;
    if (node.name === exchange.name || !('text' in body)) continue;
    for (const [expression, inner = ''] of body.text.matchAll(EXPRESSION)) {
      const value = await valueOf(tree, exchange, inner.trim());
      if (value === wanted) uses.push({ node, expression, value });
    }
  }
  return uses;
}

/** What an expression takes from the answer; null where it is of something else. */
async function valueOf(tree: HttpFile, exchange: Exchange, expression: string): Promise<string | null> {
  let inner = expression;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const reference = parseReference(inner, tree.dialect, (name) => isRequestName(tree, name));
    if (reference !== null) {
      if (reference.name !== exchange.name || reference.message !== 'response') return null;
      return select(exchange, reference, 0).catch(() => null);
    }
    const definition = definitionsIn(tree).get(inner)?.at(-1);
    const [, next] = /^\{\{([^{}]*)\}\}$/.exec(definition?.value.trim() ?? '') ?? [];
    if (next === undefined) return null;
    inner = next.trim();
  }
  return null;
}
