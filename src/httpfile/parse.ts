import { type Block, splitBlocks } from './blocks.ts';
import { joinParts, type Part, PartBuilder } from './builder.ts';
import { detectDialect } from './dialect.ts';
import { readHttpyacFile } from './httpyac.ts';
import { type EntryRange, Lines } from './lines.ts';
import { readRequestBlock } from './requestBlock.ts';
import { type DialectRules, rulesOf } from './rules.ts';
import type { Dialect, HttpFile } from './tree.ts';

/** Longer texts are not read, as editors do not open them either. */
const longestText = 50_000_000;
/** A value cut out of a text keeps all of that text in memory, so blocks of old texts are not taken over for ever. */
const mostHeldText = 20_000_000;

/**
 * Reads the text of a `.http` or `.rest` file. Never throws: what is wrong is in `problems`, and the rest of the
 * file is read all the same. Without `dialect` the file's own signs choose the rules.
 */
export function parseHttpFile(text: string, options: { readonly dialect?: Dialect } = {}): HttpFile {
  return readHttpFile(text, options).tree;
}

/** A tree, and what makes reading the next version of the same file cheaper. */
export interface Reading {
  readonly tree: HttpFile;
  readonly lines: Lines;
  /** Blocks by their first line; none where the dialect is not read by blocks. */
  readonly blocks: ReadonlyMap<number, ReadBlock>;
  /** Length of all texts, in UTF-16 code units, that its blocks may have been cut from. */
  readonly heldText: number;
}

interface ReadBlock {
  readonly block: Block;
  readonly part: Part;
}

/**
 * Like `parseHttpFile`, for a text that is edited: blocks that the edit left as they are, and where they are, are
 * taken from the reading `before` it. The tree is the same as without.
 */
export function readHttpFile(
  text: string,
  options: { readonly dialect?: Dialect; readonly before?: Reading } = {},
): Reading {
  if (text.length > longestText) {
    const tree = tooLarge(options.dialect ?? 'rest-client');
    return { tree, lines: new Lines(''), blocks: new Map(), heldText: 0 };
  }
  const plain = new Lines(text);
  const dialect = options.dialect ?? detectDialect(plain);
  const rules = rulesOf[dialect];
  const lines = rules.separator === 'anywhere' ? new Lines(text, { cutAtSeparators: true }) : plain;
  if (dialect === 'httpyac') {
    const builder = new PartBuilder(lines);
    readHttpyacFile(builder, rules);
    return { tree: joinParts(dialect, [builder]), lines, blocks: new Map(), heldText: text.length };
  }
  const held = options.before?.heldText ?? 0;
  const before = held + text.length > mostHeldText ? undefined : options.before;
  const blocks = readBlocks(lines, rules, before);
  const parts = Array.from(blocks.values(), ({ part }) => part);
  const heldText = before === undefined ? text.length : held + text.length;
  return { tree: joinParts(dialect, parts), lines, blocks, heldText };
}

function readBlocks(lines: Lines, rules: DialectRules, before: Reading | undefined): Map<number, ReadBlock> {
  const changed = before?.tree.dialect === rules.dialect ? lines.changedSince(before.lines) : null;
  const read = new Map<number, ReadBlock>();
  for (const block of splitBlocks(lines, rules)) {
    const known = changed === null ? undefined : before?.blocks.get(block.first);
    const kept = known !== undefined && changed !== null && isUnchanged(block, known.block, changed);
    read.set(block.first, kept ? known : { block, part: readBlock(lines, block, rules) });
  }
  return read;
}

function isUnchanged(block: Block, known: Block, changed: EntryRange): boolean {
  if (block.last !== known.last || block.title !== known.title) return false;
  return block.last < changed.first || block.first > changed.last;
}

function readBlock(lines: Lines, block: Block, rules: DialectRules): Part {
  const builder = new PartBuilder(lines);
  readRequestBlock(builder, block, rules);
  const { requests, variables, problems } = builder;
  // The part outlives this text; the builder would keep all of it.
  return { requests, variables, problems };
}

function tooLarge(dialect: Dialect): HttpFile {
  const start = { line: 0, column: 0 };
  const message = 'This file is too large to be read: more than 50 million characters.';
  const problem = {
    code: 'file_too_large',
    message,
    severity: 'error',
    span: { start, end: start },
  } as const;
  return { dialect, requests: [], variables: [], problems: [problem] };
}
