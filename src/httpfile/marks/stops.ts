import { normalKey } from '../parse/directives.ts';
import type { HttpFile, LooseNode, MetadataNode, RequestNode } from '../parse/tree.ts';

/**
 * What holds for a request beside its own lines: in httpyac what stands outside of all requests and has no name, in
 * kulala the shared block.
 */
export function sharedParts(tree: HttpFile, node: RequestNode): readonly (LooseNode | RequestNode)[] {
  switch (tree.dialect) {
    case 'httpyac':
      return tree.loose.filter(({ metadata }) => !metadata.some(({ key }) => key === 'name'));
    case 'kulala': {
      const [first] = tree.requests;
      const shared = first === undefined || first === node ? tree.loose : [...tree.loose, first];
      return shared.filter(isSharedBlock);
    }
    default:
      return [];
  }
}

/** kulala: metadata and scripts of the block apply to every request, and its own request is sent before each. */
export function isSharedBlock({ title }: Pick<LooseNode, 'title'>): boolean {
  return title !== null && /^(?:KULALA_SHARED(?:_EACH)?|Shared(?: each)?)$/i.test(title);
}

/** The `# @disabled` that holds for a request; null where there is none. */
export function disabledBy(tree: HttpFile, node: RequestNode): MetadataNode | null {
  return directiveOf(tree, node, 'disabled');
}

/** The `# @note` of a request: it is sent after a person has confirmed it. Null where there is none. */
export function noteOf(tree: HttpFile, node: RequestNode): MetadataNode | null {
  return directiveOf(tree, node, 'note');
}

/** The directive of this normal key that holds for a request, its own before shared ones. */
export function directiveOf(tree: HttpFile, node: RequestNode, wanted: string): MetadataNode | null {
  for (const { metadata } of [node, ...sharedParts(tree, node)]) {
    const found = metadata.find(({ key }) => normalKey(key) === wanted);
    if (found !== undefined) return found;
  }
  return null;
}
