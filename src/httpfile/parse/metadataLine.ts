import { countHashes, countSlashes, indentOf, skipSpaces } from './text.ts';
import type { MetadataNode } from './tree.ts';

export type MetadataLine = Omit<MetadataNode, 'span'>;

const keyCharacters = /^[\w.-]+/;

/** `# @key value` or `// @key value`; JetBrains also writes `# @key = value`. Null for any other line. */
export function parseMetadataLine(line: string): MetadataLine | null {
  let at = indentOf(line);
  if (line[at] === '#') at += countHashes(line, at);
  else if (line.startsWith('//', at)) at += countSlashes(line, at);
  else return null;
  at = skipSpaces(line, at);
  if (line[at] !== '@') return null;
  const key = keyCharacters.exec(line.slice(at + 1))?.[0];
  if (key === undefined) return null;
  const rest = line.slice(at + 1 + key.length).trim();
  const assigned = rest.startsWith('=');
  const written = assigned ? rest.slice(1).trim() : rest;
  const value = key.toLowerCase() === 'token' ? tokenName(written) : written;
  return assigned ? { key, value, assigned } : { key, value };
}

/** A token's name holds neither white space nor quotes, so quotes around it and a remark behind it are none of it. */
function tokenName(value: string): string {
  if (value.includes('{{')) return value;
  const quoted = /^(["'])([^"']*)\1/.exec(value);
  if (quoted !== null) return quoted[2]?.trim() ?? '';
  const first = value.split(/\s/, 1)[0] ?? '';
  return first.startsWith('#') || first.startsWith('//') ? '' : first;
}
