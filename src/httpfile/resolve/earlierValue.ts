import { KeyturnError } from '../../base/errors.ts';
import { isSecretVariableName } from '../../redaction/credentialNames.ts';
import { sentIn, type TokenSource } from '../earlier/exchange.ts';
import { parseReference, type Reference } from '../earlier/reference.ts';
import { requestNamed } from '../earlier/references.ts';
import { select } from '../earlier/select.ts';
import { quotedCode, quotedPart } from './quotedPart.ts';
import type { ResolveContext } from './resolveContext.ts';
import { Traced } from './traced.ts';

/** What an expression took from an earlier exchange. */
export interface EarlierValue {
  readonly value: Traced;
  /** Of the tokens in it. */
  readonly sources: readonly TokenSource[];
}

/**
 * The value of an expression that refers to an earlier request; null for every other expression. `line` is zero-based.
 * Fails with `variable_unknown` where the request was not sent or its answer has no such part.
 */
export async function earlierValue(
  { tree, earlier }: Pick<ResolveContext, 'tree' | 'earlier'>,
  expression: string,
  line: number,
): Promise<EarlierValue | null> {
  const exchangeOf = (name: string) => earlier?.exchange(name) ?? null;
  const isRequest = (name: string) => requestNamed(tree, name) !== null || exchangeOf(name) !== null;
  const reference = parseReference(expression, tree.dialect, isRequest);
  if (reference === null) return null;
  const exchange = exchangeOf(reference.name);
  if (exchange === null) throw unanswered(tree, reference, expression, line);
  const text = await select(exchange, reference, line);
  const brings =
    reference.message === 'response' && exchange.tokens.some(({ value }) => text.includes(value));
  const sent = sentIn(exchange, text);
  const sources = [...(brings ? [exchange] : []), ...sent.flatMap((secret) => secret.sources)];
  if (sources.length > 0 || sent.length > 0) {
    const kind = sources.length > 0 ? 'token' : 'secret';
    const origin = { kind, name: sources[0]?.name ?? reference.name } as const;
    return { value: Traced.secret(text, origin, sources), sources };
  }
  const member = lastName(reference);
  const value = isSecretVariableName(member)
    ? Traced.secret(text, { kind: 'secret', name: member })
    : Traced.plain(text);
  return { value, sources };
}

function lastName({ part }: Reference): string {
  if (part.kind === 'header') return part.header;
  const path = part.kind === 'body' && part.query.kind !== 'all' ? part.query.path : '';
  return /([\w-]+)['"\]]{0,2}$/.exec(path)?.[1] ?? '';
}

function unanswered(
  tree: ResolveContext['tree'],
  { name }: Reference,
  expression: string,
  line: number,
): KeyturnError {
  const node = requestNamed(tree, name);
  const data = { name: quotedPart(name), line: line + 1 };
  if (node === null) {
    const message = `{{${quotedCode(expression)}}} on line ${line + 1} refers to a request that is not there: none is named ${quotedPart(name)}.`;
    return new KeyturnError('variable_unknown', message, {
      hint: `Name one with # @name ${quotedPart(name)}.`,
      data,
    });
  }
  const message = `{{${quotedCode(expression)}}} on line ${line + 1} refers to ${quotedPart(name)} (line ${node.line + 1}), which was not sent yet.`;
  return new KeyturnError('variable_unknown', message, { hint: `Send ${quotedPart(name)} first.`, data });
}
