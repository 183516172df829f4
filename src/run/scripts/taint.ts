import { type Exchange, type SentSecret, sentIn } from '../../httpfile/earlier/exchange.ts';
import type { ScriptedValue, Taint } from '../../httpfile/resolve/scripted.ts';
import type { SecretOrigin, Traced } from '../../httpfile/resolve/traced.ts';
import type { Redactor } from '../../redaction/redactor.ts';

export const untainted: Taint = { secret: null, sources: [] };

export function isTainted({ secret, sources }: Taint): boolean {
  return secret !== null || sources.length > 0;
}

/** All of them together. */
export function joined(...taints: readonly Taint[]): Taint {
  const sources = new Set(taints.flatMap((taint) => taint.sources));
  const secrets = taints.map(({ secret }) => secret).filter((secret) => secret !== null);
  return { secret: tokenFirst(secrets), sources: [...sources] };
}

/** A token is bound to its origins, which a secret of a variable is not. */
function tokenFirst(secrets: readonly SecretOrigin[]): SecretOrigin | null {
  return secrets.find(({ kind }) => kind === 'token') ?? secrets[0] ?? null;
}

/** Of an earlier answer: one that brought a token taints, or that repeats a secret which was sent. */
export function taintOf(exchange: Exchange): Taint {
  const repeated = repeatedIn(exchange);
  const sources = [
    ...(exchange.tokens.length > 0 ? [exchange] : []),
    ...repeated.flatMap((secret) => secret.sources),
  ];
  const [source] = sources;
  if (source !== undefined) return { secret: { kind: 'token', name: source.name }, sources };
  return repeated.length > 0 ? { secret: { kind: 'secret', name: exchange.name }, sources } : untainted;
}

const repeats = new WeakMap<Exchange, readonly SentSecret[]>();

function repeatedIn(exchange: Exchange): readonly SentSecret[] {
  const known = repeats.get(exchange);
  if (known !== undefined) return known;
  const { headers, body } = exchange.response;
  const text = `${headers.flat().join('\n')}\n${body === null ? '' : new TextDecoder().decode(body)}`;
  const found = exchange.sent === undefined || exchange.sent.length === 0 ? [] : sentIn(exchange, text);
  repeats.set(exchange, found);
  return found;
}

/** With the sources of its tokens: what a script makes of a token is bound to the same origins. */
export function taintOfText({ origins, sources }: Traced): Taint {
  return { secret: tokenFirst(origins), sources };
}

/** A value with what its script saw; every text in it is masked from now on if that was secret. */
export function tainted(value: unknown, taint: Taint, redactor: Redactor): ScriptedValue {
  if (isTainted(taint)) {
    for (const text of textsIn(value)) redactor.registerGiven(text, taint.secret?.name);
  }
  return { value, ...taint };
}

/** Without recursion: a script may nest as deep as it likes. */
function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') texts.push(next);
    else if (typeof next === 'object' && next !== null)
      for (const value of Object.values(next) as unknown[]) left.push(value);
  }
  return texts;
}
