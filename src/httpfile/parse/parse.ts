import { type Block, splitBlocks } from './blocks.ts';
import { joinParts, type Part, PartBuilder } from './builder.ts';
import { type Detected, detectDialect } from './dialect.ts';
import { readHttpyacFile } from './httpyac.ts';
import { type EntryRange, Lines } from './lines.ts';
import { readRequestBlock } from './requestBlock.ts';
import { type DialectRules, rulesOf } from './rules.ts';
import type { Dialect, HttpFile } from './tree.ts';

/** Longer texts are not read, as editors do not open them either. */
const longestText = 50_000_000;
/** A value cut out of a text keeps all of that text in memory, so blocks of old texts are not taken over for ever. */
const mostHeldText = 20_000_000;

export interface DialectOptions {
  /** Absent: the signs of the file choose. */
  readonly dialect?: Dialect;
  /** Chooses the dialect; `own` is what the signs of the file say. */
  readonly settle?: (own: Detected) => Dialect;
}

/**
 * Reads the text of a `.http` or `.rest` file. Never throws: what is wrong is in `problems`, and the rest of the
 * file is read all the same. Without `dialect` the file's own signs choose the rules.
 */
export function parseHttpFile(text: string, options: DialectOptions = {}): HttpFile {
  return readHttpFile(text, options).tree;
}

/** What the text alone says of its dialect. */
export function signsOf(text: string): Detected {
  return detectDialect(new Lines(text.length > longestText ? '' : text));
}

/** A tree, and what makes reading the next version of the same file cheaper. */
export interface Reading {
  readonly tree: HttpFile;
  readonly lines: Lines;
  /** In the order of the file; none where the dialect is not read by blocks. */
  readonly blocks: readonly ReadBlock[];
  /** Length of all texts, in UTF-16 code units, that its blocks may have been cut from. */
  readonly heldText: number;
}

interface ReadBlock extends Part {
  readonly block: Block;
}

/**
 * Like `parseHttpFile`, for a text that is edited: blocks that the edit left as they are, and where they are, are
 * taken from the reading `before` it. The tree is the same as without.
 */
export function readHttpFile(
  text: string,
  options: DialectOptions & { readonly before?: Reading } = {},
): Reading {
  if (text.length > longestText) {
    const tree = tooLarge(options.dialect ?? 'rest-client');
    return { tree, lines: new Lines(''), blocks: [], heldText: 0 };
  }
  const plain = new Lines(text);
  const dialect = options.dialect ?? settled(plain, options);
  const rules = rulesOf[dialect];
  const lines = rules.separator === 'anywhere' ? new Lines(text, { cutAtSeparators: true }) : plain;
  if (dialect === 'httpyac') {
    const builder = new PartBuilder(lines);
    readHttpyacFile(builder, rules);
    return { tree: joinParts(dialect, [builder.takePart()]), lines, blocks: [], heldText: text.length };
  }
  const held = options.before?.heldText ?? 0;
  const before = held + text.length > mostHeldText ? undefined : options.before;
  const blocks = readBlocks(lines, rules, before);
  const heldText = before === undefined ? text.length : held + text.length;
  return { tree: joinParts(dialect, blocks), lines, blocks, heldText };
}

function settled(lines: Lines, { settle }: DialectOptions): Dialect {
  const own = detectDialect(lines);
  return settle === undefined ? own.dialect : settle(own);
}

function readBlocks(lines: Lines, rules: DialectRules, before: Reading | undefined): ReadBlock[] {
  const changed = before?.tree.dialect === rules.dialect ? lines.changedSince(before.lines) : null;
  const known = changed === null ? [] : (before?.blocks ?? []);
  const builder = new PartBuilder(lines);
  const read: ReadBlock[] = [];
  let next = 0;
  for (const block of splitBlocks(lines, rules)) {
    while ((known[next]?.block.first ?? Infinity) < block.first) next++;
    const same = known[next];
    if (same !== undefined && changed !== null && isUnchanged(block, same.block, changed)) {
      builder.skipPart(same);
      read.push(same);
    } else {
      readRequestBlock(builder, block, rules);
      read.push({ block, ...builder.takePart() });
    }
  }
  return read;
}

function isUnchanged(block: Block, known: Block, changed: EntryRange): boolean {
  if (block.first !== known.first || block.last !== known.last || block.title !== known.title) return false;
  return block.last < changed.first || block.first > changed.last;
}

function tooLarge(dialect: Dialect): HttpFile {
  const start = { line: 0, column: 0 };
  const message = 'This file is too large: it has more than 50 million characters.';
  const problem = {
    code: 'file_too_large',
    message,
    severity: 'error',
    span: { start, end: start },
  } as const;
  return { dialect, requests: [], variables: [], loose: [], problems: [problem] };
}
