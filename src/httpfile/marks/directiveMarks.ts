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

/** What Keyturn does, or what to write, in place of a directive that it ignores. */
const instead: Readonly<Record<string, string>> = {
  jwt: 'Keyturn does not decode tokens in a response. Select one there and run Inspect Token….',
  nolog: 'Keyturn keeps no log of requests and responses.',
  norejectunauthorized: 'Keyturn verifies the certificate all the same. To turn that off, write # @insecure.',
  curlinsecure: 'Keyturn verifies the certificate all the same. To turn that off, write # @insecure.',
  curlconnecttimeout: 'Write # @connection-timeout.',
  curlmaxtime: 'Write # @timeout.',
  curllocation: 'Keyturn follows redirects without it.',
};

/** A directive of another tool that changes nothing of what is sent, and that Keyturn does not act upon. */
export function ignoredMark({ key, span }: MetadataNode): Problem | null {
  const normal = normalKey(key);
  if (directiveEffect(key) !== 'shows' || normal === 'nocookiejar') return null;
  const does = Object.hasOwn(instead, normal) ? instead[normal] : 'It changes nothing of what is sent.';
  const message = `Keyturn ignores @${quotedPart(key)}. ${does ?? ''}`;
  return { code: 'directive_ignored', message, severity: 'hint', span };
}
