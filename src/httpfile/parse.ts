import { splitBlocks } from './blocks.ts';
import { TreeBuilder } from './builder.ts';
import { detectDialect } from './dialect.ts';
import { readHttpyacFile } from './httpyac.ts';
import { Lines } from './lines.ts';
import { readRequestBlock } from './requestBlock.ts';
import { rulesOf } from './rules.ts';
import type { Dialect, HttpFile } from './tree.ts';

/** Longer texts are not read, as editors do not open them either. */
const longestText = 50_000_000;

/**
 * Reads the text of a `.http` or `.rest` file. Never throws: what is wrong is in `problems`, and the rest of the
 * file is read all the same. Without `dialect` the file's own signs choose the rules.
 */
export function parseHttpFile(text: string, options: { readonly dialect?: Dialect } = {}): HttpFile {
  if (text.length > longestText) return tooLarge(options.dialect ?? 'rest-client');
  const lines = new Lines(text);
  const dialect = options.dialect ?? detectDialect(lines);
  const rules = rulesOf[dialect];
  const builder = new TreeBuilder(
    rules.separator === 'anywhere' ? new Lines(text, { cutAtSeparators: true }) : lines,
  );
  if (dialect === 'httpyac') readHttpyacFile(builder, rules);
  else for (const block of splitBlocks(builder.lines, rules)) readRequestBlock(builder, block, rules);
  return builder.build(dialect);
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
