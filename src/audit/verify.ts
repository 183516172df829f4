import { type Chain, listParts, partName, readChain, readPart } from './chain.ts';
import { hashOfLine, parseLine } from './entry.ts';

/**
 * `whole`: every line follows the one before it. `broken`: a line was changed, taken out, put in or moved. `cut`:
 * lines are missing at the beginning or the end.
 */
export interface AuditVerification {
  readonly state: 'whole' | 'broken' | 'cut';
  /** Lines that were looked at. */
  readonly lines: number;
  /** Where it is broken: file of the log and its line, from 1. */
  readonly at: { readonly file: string; readonly line: number } | null;
  /** Lines that retention took away before these. */
  readonly expired: number;
  /** Ends of writes that were interrupted; they hold no event. */
  readonly torn: number;
  /** Hash of the last line: written down elsewhere, it shows later that nothing before it was changed. */
  readonly head: string | null;
  /** Why, in one sentence. */
  readonly reason: string;
}

/** Checks the chain of the log in a folder. An empty folder, or none, is whole. */
export async function verifyLog(folder: string): Promise<AuditVerification> {
  // The noted end is read first: what others append meanwhile stands beyond it.
  const chain = await readChain(folder);
  const parts = await listParts(folder);
  const after = await readChain(folder);
  // Retention took files away in between.
  if (chain !== null && after !== null && after.anchor.part !== chain.anchor.part) return verifyLog(folder);
  if (chain === null) return withoutChain(parts.length > 0);
  return walk(folder, chain, parts);
}

function withoutChain(hasParts: boolean): AuditVerification {
  const empty = { lines: 0, at: null, expired: 0, torn: 0, head: null };
  return hasParts
    ? {
        ...empty,
        state: 'cut',
        reason: 'chain.json is missing or unreadable, so nobody knows where the log begins and ends.',
      }
    : { ...empty, state: 'whole', reason: 'Nothing is recorded yet.' };
}

async function walk(folder: string, chain: Chain, parts: readonly number[]): Promise<AuditVerification> {
  const { anchor, head } = chain;
  let hash = anchor.hash;
  let lines = 0;
  let torn = 0;
  const result = (
    state: AuditVerification['state'],
    reason: string,
    at: AuditVerification['at'] = null,
  ): AuditVerification => ({ state, lines, at, expired: anchor.lines, torn, head: hash, reason });

  const kept = parts.filter((part) => part >= anchor.part);
  for (const [index, part] of kept.entries()) {
    const file = partName(part);
    const expected = anchor.part + index;
    if (part !== expected) {
      return result(
        expected === anchor.part ? 'cut' : 'broken',
        `The file ${partName(expected)} is missing.`,
      );
    }
    for (const [row, written] of ((await readPart(folder, part)) ?? []).entries()) {
      const line = parseLine(written);
      if (line === null) {
        torn++;
        continue;
      }
      const at = { file, line: row + 1 };
      if (line.previous !== hash) {
        return lines === 0
          ? result('cut', 'Lines are missing at the beginning.', at)
          : result('broken', 'The line before it is not the one that was written there.', at);
      }
      hash = hashOfLine(written);
      lines++;
      if (anchor.lines + lines === head.lines && hash !== head.hash) {
        return result('broken', 'It is not the line that was written there.', at);
      }
    }
  }
  const missing = head.lines - anchor.lines - lines;
  if (missing > 0)
    return result('cut', `${missing} ${missing === 1 ? 'line is' : 'lines are'} missing at the end.`);
  return result('whole', 'Every line follows the one before it.');
}
