import type { Lines } from './lines.ts';
import type { DialectRules } from './rules.ts';
import { countHashes, indentOf } from './text.ts';

/** The lines between two separators. */
export interface Block {
  /** Text after the `###` above it, or null. */
  readonly title: string | null;
  /** First line after the separator. */
  readonly first: number;
  /** Last line before the next separator; less than `first` for an empty block. */
  readonly last: number;
}

/** The text after `###` (possibly empty), or null when the line is no separator. */
export function separatorTitle(line: string, rules: DialectRules): string | null {
  const start = rules.separator === 'indented' ? indentOf(line) : 0;
  if (line[start] !== '#') return null;
  const hashes = countHashes(line, start);
  return hashes < 3 ? null : line.slice(start + hashes).trim();
}

export function splitBlocks(lines: Lines, rules: DialectRules): Block[] {
  const blocks: Block[] = [];
  let title: string | null = null;
  let first = 0;
  for (let index = 0; index < lines.count; index++) {
    const separator = separatorTitle(lines.text(index), rules);
    if (separator === null) continue;
    blocks.push({ title, first, last: index - 1 });
    title = separator === '' ? null : separator;
    first = index + 1;
  }
  blocks.push({ title, first, last: lines.count - 1 });
  return blocks;
}
