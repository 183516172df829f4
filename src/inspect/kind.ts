import { hasBase36Checksum, hasBase62Checksum } from './checksum.ts';
import { CLOUD_SHAPES } from './kinds/cloud.ts';
import { CODE_SHAPES } from './kinds/code.ts';
import { MODEL_SHAPES } from './kinds/models.ts';
import { SERVICE_SHAPES } from './kinds/services.ts';
import type { TokenShape } from './kinds/shape.ts';

export interface TokenKind {
  /** `jwt`, `jwe`, `paseto`, `opaque`, or a vendor's kind such as `github-personal`. */
  readonly id: string;
  /** As shown: `GitHub personal access token (classic)`. */
  readonly label: string;
  readonly vendor: string | null;
  /** Null where the kind has none. `invalid` is a hint of a typing error, never proof. */
  readonly checksum: 'valid' | 'invalid' | null;
}

/** No vendor's token is longer; a JWT may be. */
const LONGEST_VENDOR_TOKEN = 8192;

/** Under the first two characters of a prefix; under none those that begin with anything. */
const shapesByStart = new Map<string, TokenShape[]>();
for (const shape of [...CODE_SHAPES, ...CLOUD_SHAPES, ...MODEL_SHAPES, ...SERVICE_SHAPES]) {
  const start = shape.prefix.slice(0, 2);
  const shapes = shapesByStart.get(start);
  if (shapes === undefined) shapesByStart.set(start, [shape]);
  else shapes.push(shape);
}

/**
 * What kind of token a value is, by its shape alone; `opaque` when nothing tells. Nothing is decoded, verified or
 * asked of a server.
 */
export function classifyToken(value: string): TokenKind {
  const token = value.trim();
  if (token.length <= LONGEST_VENDOR_TOKEN) {
    for (const start of [token.slice(0, 2), '']) {
      for (const shape of shapesByStart.get(start) ?? []) {
        if (!token.startsWith(shape.prefix) || !shape.pattern.test(token)) continue;
        return { id: shape.id, label: shape.label, vendor: shape.vendor, checksum: checksumOf(shape, token) };
      }
    }
  }
  if (token.startsWith('ey')) {
    const dots = countDots(token);
    if (dots === 2) return { id: 'jwt', label: 'JSON Web Token', vendor: null, checksum: null };
    if (dots === 4) return { id: 'jwe', label: 'Encrypted JSON Web Token', vendor: null, checksum: null };
  }
  const paseto = /^v[1-4]\.(local|public)\./.exec(token.slice(0, 16));
  if (paseto !== null) {
    const label = paseto[1] === 'local' ? 'PASETO (encrypted)' : 'PASETO (signed)';
    return { id: 'paseto', label, vendor: null, checksum: null };
  }
  return { id: 'opaque', label: 'Opaque token', vendor: null, checksum: null };
}

function checksumOf({ checksum, prefix }: TokenShape, token: string): TokenKind['checksum'] {
  switch (checksum) {
    case 'base62-after-prefix':
      return hasBase62Checksum(token.slice(prefix.length)) ? 'valid' : 'invalid';
    case 'base36-of-all':
      return hasBase36Checksum(token) ? 'valid' : 'invalid';
    default:
      return null;
  }
}

/** Dots, counted up to five: more of them is neither a JWT nor a JWE. */
function countDots(text: string): number {
  let dots = 0;
  for (let at = text.indexOf('.'); at >= 0 && dots < 5; at = text.indexOf('.', at + 1)) dots++;
  return dots;
}
