import { listParts, readPart } from './chain.ts';
import { type AuditLine, parseLine } from './entry.ts';
import { markUnusual, type Unusual } from './unusual.ts';

/** A line as it is shown, with what is unusual about it. */
export interface AuditEntry extends Omit<AuditLine, 'previous'> {
  readonly unusual: readonly Unusual[];
}

/** All entries of the log in a folder, oldest first. What is no line is left out: `verify` tells of it. */
export async function readEntries(folder: string): Promise<AuditEntry[]> {
  const lines: AuditLine[] = [];
  for (const part of await listParts(folder)) {
    for (const written of (await readPart(folder, part)) ?? []) {
      const line = parseLine(written);
      if (line !== null) lines.push(line);
    }
  }
  return markUnusual(lines);
}
