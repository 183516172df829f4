import { KeyturnError } from '../../base/errors.ts';
import { referencesOf, requestNamed } from '../../httpfile/earlier/references.ts';
import { sharedParts } from '../../httpfile/marks/stops.ts';
import { normalKey } from '../../httpfile/parse/directives.ts';
import type { HttpFile, MetadataNode, RequestNode } from '../../httpfile/parse/tree.ts';
import { quotedPart } from '../../httpfile/resolve/quotedPart.ts';

/** A request that must have been answered before another one is sent. */
export interface Dependency {
  /** Null: every request of the file. */
  readonly name: string | null;
  /** As the file writes it; null for the file itself and those that it imports. */
  readonly file: string | null;
  /** Zero-based. */
  readonly line: number;
  /** `always`: though it was answered before. `fresh`: unless its token has expired. */
  readonly when: 'always' | 'unanswered' | 'fresh';
}

/**
 * What a request needs: `# @ref name` and `# @forceRef name` (httpyac), `run #name` and `run ./file.http` (JetBrains,
 * kulala), and the requests that its expressions refer to. Each once. `isRequest` knows
 * the names of requests, those of imported files among them.
 */
export function dependenciesOf(
  tree: HttpFile,
  node: RequestNode,
  isRequest: (name: string) => boolean,
): Dependency[] {
  const found = new Map<string, Dependency>();
  const add = (dependency: Dependency) => {
    const key = `${dependency.file ?? ''}#${dependency.name ?? ''}`;
    if (found.get(key)?.when !== 'always') found.set(key, dependency);
  };
  for (const { reference, line } of referencesOf(tree, node, isRequest)) {
    // The name of the request itself stands for its last answer.
    if (reference.name !== node.name) add({ name: reference.name, file: null, line, when: 'fresh' });
  }
  for (const { metadata } of [node, ...sharedParts(tree, node)]) {
    for (const each of metadata) {
      const dependency = declared(each);
      if (dependency !== null) add(dependency);
    }
  }
  return [...found.values()];
}

function declared({ key, value, span }: MetadataNode): Dependency | null {
  const { line } = span.start;
  const word = normalKey(key);
  const [name = ''] = value.trim().split(/[\s,]/, 1);
  if (word === 'ref' || word === 'forceref') {
    if (name === '') throw invalid(`# @${quotedPart(key)} names no request`, line);
    return { name, file: null, line, when: word === 'forceref' ? 'always' : 'unanswered' };
  }
  if (word !== 'run') return null;
  const [, file = '', request] = /^([^#\s]*)(?:#\s*(.*?))?\s*$/.exec(value.trim()) ?? [];
  if (file === '' && request === undefined) throw invalid('run names no request', line);
  return { name: request ?? null, file: file === '' ? null : file, line, when: 'always' };
}

function invalid(what: string, line: number): KeyturnError {
  return new KeyturnError('request_invalid', `${what} (line ${line + 1}).`, { data: { line: line + 1 } });
}

/** Paths of `import ./other.http` (JetBrains, kulala) and `# @import ./other.http` (httpyac), in the order of the file. */
export function importsOf(tree: HttpFile): { readonly path: string; readonly line: number }[] {
  const parts: readonly { readonly metadata: readonly MetadataNode[] }[] = [...tree.loose, ...tree.requests];
  return parts
    .flatMap(({ metadata }) => metadata)
    .filter(({ key, value }) => normalKey(key) === 'import' && value.trim() !== '')
    .map(({ value, span }) => ({ path: value.trim().replace(/^(["'])(.*)\1$/, '$2'), line: span.start.line }))
    .sort((a, b) => a.line - b.line);
}

/** The request that a dependency names in a file: `request_not_found`. */
export function requiredRequest(tree: HttpFile, name: string, line: number): RequestNode {
  const node = requestNamed(tree, name);
  if (node !== null) return node;
  throw new KeyturnError('request_not_found', `No request is named ${quotedPart(name)} (line ${line + 1}).`, {
    hint: `Name one with # @name ${quotedPart(name)}.`,
    data: { name: quotedPart(name), line: line + 1 },
  });
}
