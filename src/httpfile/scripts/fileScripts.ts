import { sharedParts } from '../marks/stops.ts';
import type { ExtraNode, HttpFile, RequestNode } from '../parse/tree.ts';

/** A script of a request file. */
export interface FileScript {
  readonly when: 'before' | 'after';
  /** Whose names its code uses; kulala has those of JetBrains. */
  readonly api: 'jetbrains' | 'httpyac';
  /** Null where it is in a file of its own. */
  readonly code: string | null;
  /** As written; null where the code stands in the request file. */
  readonly path: string | null;
  /** Zero-based line on which it begins. */
  readonly line: number;
  /** Zero-based line of the first character of `code`. */
  readonly firstLine: number;
  /** What of it Keyturn does not run, such as `Lua`; null where it runs. */
  readonly refusal: string | null;
}

/** The scripts of a request, in the order of the file; those that hold for every request come first. */
export function scriptsOf(tree: HttpFile, node: RequestNode, when: FileScript['when']): FileScript[] {
  const extras = [...sharedParts(tree, node), node].flatMap((part) => part.extras);
  return extras
    .map(scriptOf)
    .filter((script) => script !== null)
    .filter((script) => script.when === when);
}

/** Null for what is no script. */
export function scriptOf({ kind, text, span }: ExtraNode): FileScript | null {
  if (kind !== 'pre-request-script' && kind !== 'response-handler') return null;
  const { line } = span.start;
  const when = kind === 'pre-request-script' ? 'before' : 'after';
  const start = /^\s*(\{\{|[<>])/.exec(text)?.[1];
  if (start === '{{') return httpyacBlock(text, when, line);
  const open = text.indexOf('{%');
  const base = { when, api: 'jetbrains', line, firstLine: line } as const;
  if (open < 0) {
    const path = text.replace(/^\s*[<>]\s*/, '').trim();
    return { ...base, code: null, path, refusal: /\.lua$/i.test(path) ? 'Lua' : null };
  }
  const end = text.lastIndexOf('%}');
  const code = text.slice(open + 2, end < open ? undefined : end);
  return { ...base, code, path: null, refusal: /^\s*--\s*lua\b/i.test(code) ? 'Lua' : null };
}

function httpyacBlock(text: string, when: FileScript['when'], line: number): FileScript {
  const [head = '', ...rest] = text.split('\n');
  if (rest.at(-1)?.trim() === '}}') rest.pop();
  const event = /@(\w+)\s*$/.exec(head)?.[1] ?? /\+(\w+)\s*$/.exec(head)?.[1] ?? '';
  const refusal = event === 'streaming' || event === 'responseLogging' ? `@${event}` : null;
  return { when, api: 'httpyac', code: rest.join('\n'), path: null, line, firstLine: line + 1, refusal };
}
