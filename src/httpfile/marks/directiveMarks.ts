import { directiveEffect, knownDirectives, normalKey } from '../parse/directives.ts';
import { nearest } from '../parse/near.ts';
import { quotedPart } from '../resolve/quotedPart.ts';
import type { MetadataNode, Problem } from '../parse/tree.ts';

const known: ReadonlySet<string> = new Set(knownDirectives.map(normalKey));

/** Words with an @ that people write into comments, those of documentation tools among them. */
const ordinary: ReadonlySet<string> = new Set([
  ...['todo', 'fixme', 'hack', 'xxx', 'bug', 'warn', 'warning', 'info', 'important', 'same', 'end', 'desc'],
  ...['param', 'params', 'parameter', 'arg', 'argument', 'property', 'prop', 'returns', 'return', 'type'],
  ...[
    'typedef',
    'example',
    'examples',
    'see',
    'link',
    'author',
    'since',
    'deprecated',
    'throws',
    'exception',
  ],
  ...[
    'version',
    'summary',
    'remarks',
    'details',
    'category',
    'group',
    'internal',
    'private',
    'public',
    'file',
  ],
  ...[
    'copyright',
    'license',
    'module',
    'package',
    'usage',
    'requires',
    'default',
    'override',
    'tags',
    'owner',
  ],
]);

/**
 * An unknown directive: a warning where it is nearly one that does something, else a hint, since any comment may
 * begin with an @. Nothing for ordinary words, addresses and variables that someone took out.
 */
export function directiveMark({ key, span, assigned }: MetadataNode): Problem | null {
  const normal = normalKey(key);
  if (known.has(normal) || ordinary.has(normal) || key.includes('.')) return null;
  const meant = nearest(key, knownDirectives);
  // In a short word the first letter is the last to be a slip: @dave is no @save.
  const isSlip = meant !== null && (normal.length > 4 || normal.startsWith(meant.charAt(0).toLowerCase()));
  if (directiveEffect(key) !== null && !isSlip) return null;
  const mark = { code: 'directive_unknown', span } as const;
  const shown = quotedPart(key);
  if (isSlip) {
    const message = `There is no directive @${shown}. Did you mean @${meant}?`;
    return { ...mark, message, severity: assigned === true ? 'hint' : 'warning' };
  }
  if (assigned === true) return null;
  return {
    ...mark,
    message: `Keyturn does not know the directive @${shown} and does nothing.`,
    severity: 'hint',
  };
}
