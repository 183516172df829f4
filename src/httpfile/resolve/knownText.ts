import { Expander } from './expander.ts';
import type { ResolveContext } from './resolveContext.ts';
import { splitTemplate } from './template.ts';
import { Traced } from './traced.ts';

/**
 * A text for the eyes of a script: each `{{ }}` that has a value is replaced, others stay as they are, and so do tokens.
 * `line` is zero-based.
 */
export async function knownText(context: ResolveContext, raw: string, line: number): Promise<Traced> {
  if (!raw.includes('{{')) return Traced.plain(raw);
  const noToken = () => Promise.reject(new Error('A script sees no token.'));
  const foreign = context.foreign && { ...context.foreign, token: noToken };
  const expander = new Expander({ ...context, token: noToken, ...(foreign && { foreign }) }, noToken);
  const pieces: Traced[] = [];
  for (const part of splitTemplate(raw)) {
    const written = part.kind === 'literal' ? part.text : `{{${part.text}}}`;
    if (part.kind === 'literal') pieces.push(Traced.plain(written));
    else
      pieces.push(await expander.trace(expander.written(written, line)).catch(() => Traced.plain(written)));
  }
  return Traced.join(pieces);
}
