import { type Chain, listParts, partName, readChain, readPart } from './chain.ts';
import { type AuditLine, hashOfLine, parseLine } from './entry.ts';
import { readLate } from './late.ts';
import { linesText, sameMac, type Sealing, sealOf } from './seal.ts';

/**
 * `whole`: every line follows the one before it. `empty`: there is no log. `broken`: a line was changed, taken out, put
 * in or moved. `cut`: lines are missing at the beginning or the end. `rewritten`: the lines follow one another, but they
 * are not those that were written. `deleted`: the log was taken away.
 */
export type AuditState = 'whole' | 'empty' | 'broken' | 'cut' | 'rewritten' | 'deleted';

export interface AuditVerification {
  readonly state: AuditState;
  /**
   * What the secret store shows beyond the chain. `sealed`: the log was not changed without its key. `partial`: the
   * same, apart from `unproven` lines. `none`: nothing, as the key is not at hand or was never made.
   */
  readonly proof: 'sealed' | 'partial' | 'none';
  /** Lines that were looked at. */
  readonly lines: number;
  /** Lines that no writer with the key has vouched for. */
  readonly unproven: number;
  /** Events that the log says were lost before they could be written. */
  readonly missed: number;
  /** Lines of processes that ended before their turn; the next writer takes them into the log. */
  readonly waiting: number;
  /** Where it is broken, or where its writer found it changed: file of the log and its line, from 1. */
  readonly at: { readonly file: string; readonly line: number } | null;
  /** Lines that retention took away before these. */
  readonly expired: number;
  /** Ends of writes that were interrupted; they hold no event. */
  readonly torn: number;
  /** Hash of the last line: written down elsewhere, it shows later that nothing before it was changed. */
  readonly head: string | null;
  /** Why, and what cannot be proved, in one to three sentences. */
  readonly reason: string;
}

const NO_KEY = "Keyturn can't read the key of the log, so it can't tell whether the log was rewritten.";

/**
 * Checks the log in a folder: its chain, and against `sealing` that it is the one that was written. Null where the
 * secret store cannot be read.
 */
export async function verifyLog(folder: string, sealing: Sealing | null): Promise<AuditVerification> {
  // The noted end is read first: what others append meanwhile stands beyond it.
  const chain = await readChain(folder);
  const parts = await listParts(folder);
  const after = await readChain(folder);
  // Retention took files away in between.
  if (chain !== null && after !== null && after.anchor.part !== chain.anchor.part) {
    return verifyLog(folder, sealing);
  }
  const waiting = (await readLate(folder, null)).lines.length;
  if (chain === null) return withoutChain(parts.length > 0, waiting, sealing);
  const walked = await walk(folder, chain, parts, sealing?.mark?.lines ?? null);
  return concluded(chain, walked, waiting, sealing);
}

function withoutChain(hasParts: boolean, waiting: number, sealing: Sealing | null): AuditVerification {
  const mark = sealing?.mark ?? null;
  const nothing = { lines: 0, unproven: 0, missed: 0, waiting, at: null, expired: 0, torn: 0, head: null };
  const proof = mark === null ? 'none' : 'sealed';
  if (hasParts) {
    const reason =
      'chain.json is missing or unreadable, so Keyturn cannot tell where the log begins and ends.';
    return { ...nothing, proof, state: 'cut', reason };
  }
  if (mark !== null) {
    const held = `It held ${linesText(mark.lines)} and was first used on ${mark.since}.`;
    return { ...nothing, proof, state: 'deleted', reason: held };
  }
  return {
    ...nothing,
    proof,
    state: 'empty',
    reason:
      sealing === null
        ? "Nothing is recorded here. Keyturn can't read the key of the log, so it can't tell whether a log was deleted."
        : 'Nothing is recorded yet.',
  };
}

/** What the files alone say. */
interface Walked {
  readonly state: 'whole' | 'broken' | 'cut';
  readonly lines: number;
  readonly missed: number;
  readonly at: AuditVerification['at'];
  readonly torn: number;
  readonly head: string | null;
  readonly reason: string;
  /** Hash of the line that the mark in the secret store names; undefined where it was not passed. */
  readonly marked: string | null | undefined;
  /** The first fault that a writer noted, other than lines without proof. */
  readonly fault: { readonly line: AuditLine; readonly at: AuditVerification['at'] } | null;
  /** Lines that writers noted as unproven. */
  readonly unproven: number;
}

async function walk(
  folder: string,
  { anchor, head }: Chain,
  parts: readonly number[],
  markedLines: number | null,
): Promise<Walked> {
  let hash = anchor.hash;
  let lines = 0;
  let torn = 0;
  let missed = 0;
  let unproven = 0;
  let fault: Walked['fault'] = null;
  let marked = markedLines === anchor.lines ? anchor.hash : undefined;
  const result = (state: Walked['state'], reason: string, at: AuditVerification['at'] = null): Walked => ({
    state,
    lines,
    missed,
    at,
    torn,
    head: hash,
    reason,
    marked,
    fault,
    unproven,
  });

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
          : result('broken', 'The line before it was changed.', at);
      }
      hash = hashOfLine(written);
      lines++;
      if (anchor.lines + lines === head.lines && hash !== head.hash) {
        return result('broken', 'The line was changed.', at);
      }
      if (anchor.lines + lines === markedLines) marked = hash;
      if (line.action === 'missed') missed += countIn(line.cause);
      if (line.action !== 'log_fault') continue;
      if (line.error === 'unproven') unproven += countIn(line.detail);
      else fault ??= { line, at };
    }
  }
  const missing = head.lines - anchor.lines - lines;
  if (missing > 0) {
    return result('cut', `${missingText(missing)} missing at the end.`);
  }
  return result('whole', 'Every line follows the one before it.');
}

function concluded(
  chain: Chain,
  walked: Walked,
  waiting: number,
  sealing: Sealing | null,
): AuditVerification {
  const { marked, fault, ...said } = walked;
  const { anchor } = chain;
  const key = sealing?.key ?? null;
  const mark = sealing?.mark ?? null;
  const reached = anchor.lines + walked.lines;
  const unproven = walked.unproven + unsealed(chain, reached, sealing);
  const common = { ...said, waiting, unproven, expired: anchor.lines, proof: proofOf(sealing, unproven) };
  if (walked.state !== 'whole') return common;
  if (key !== null && chain.mac !== null && !sameMac(chain.mac, sealOf(chain, key))) {
    return { ...common, state: 'rewritten', reason: 'chain.json was changed.' };
  }
  if (mark !== null && reached < mark.lines) {
    return { ...common, state: 'cut', reason: `${missingText(mark.lines - reached)} missing at the end.` };
  }
  if (mark !== null && marked !== undefined && marked !== mark.hash) {
    return {
      ...common,
      state: 'rewritten',
      reason: `Line ${mark.lines} is not the one that Keyturn wrote: the log was made anew.`,
    };
  }
  const noted = fault === null ? null : notedState(fault.line.error);
  if (noted !== null) {
    const reason = `Keyturn found it so when it wrote this line: ${fault?.line.detail ?? 'no more is known'}.`;
    return { ...common, state: noted, at: fault?.at ?? null, reason };
  }
  return { ...common, reason: [walked.reason, ...limits(common, key !== null)].join(' ') };
}

/** Lines at the end that no seal covers. */
function unsealed(chain: Chain, reached: number, sealing: Sealing | null): number {
  if (sealing?.key == null) return 0;
  const sealed = chain.mac === null ? (sealing.mark?.lines ?? 0) : chain.head.lines;
  return Math.max(0, reached - Math.max(sealed, chain.anchor.lines));
}

function proofOf(sealing: Sealing | null, unproven: number): AuditVerification['proof'] {
  if (sealing?.key == null) return 'none';
  return unproven > 0 || sealing.mark === null ? 'partial' : 'sealed';
}

function notedState(error: string | null): AuditState | null {
  return error === 'deleted' || error === 'cut' || error === 'rewritten' ? error : null;
}

/** What the verification does not prove, and what the log itself lacks. */
function limits({ unproven, missed, waiting }: Omit<AuditVerification, 'reason'>, hasKey: boolean): string[] {
  const sentences: string[] = [];
  if (!hasKey) sentences.push(NO_KEY);
  if (unproven > 0) {
    sentences.push(
      `Nothing proves ${linesText(unproven)} of it: they were written without the key, or added.`,
    );
  }
  if (missed > 0) sentences.push(`${missed} ${missed === 1 ? 'event was' : 'events were'} lost.`);
  if (waiting > 0) {
    sentences.push(`${linesText(waiting)} wait beside it until the next write.`);
  }
  return sentences;
}

function missingText(count: number): string {
  return count === 1 ? '1 line is' : `${count} lines are`;
}

function countIn(text: string | null): number {
  return Number(/^\d{1,9}/.exec(text ?? '')?.[0] ?? 1);
}
