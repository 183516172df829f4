import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { resolve } from 'node:path';
import * as v from 'valibot';
import type { Chain } from './chain.ts';
import type { AuditSecrets } from './fingerprint.ts';

/** What is wrong with a log that a writer found; stands as `error` in its lines with the action `log_fault`. */
export type LogFault = 'deleted' | 'cut' | 'rewritten' | 'unproven';

const markSchema = v.object({
  /** Lines of the log since its beginning, and the hash of the last one. */
  lines: v.pipe(v.number(), v.integer(), v.minValue(0)),
  hash: v.nullable(v.string()),
  /** The day (UTC) of its first use. */
  since: v.string(),
});

/** How far a log had come, kept in the secret store: who can change its files cannot change this. */
export type AuditMark = v.InferOutput<typeof markSchema>;

/** What the secret store holds for a log: null where nothing was kept yet. */
export interface Sealing {
  readonly key: Buffer | null;
  readonly mark: AuditMark | null;
}

/** Where the mark of the log in this folder is kept: each log has its own. */
export function markKey(folder: string): string {
  return `audit-mark:${createHash('sha256').update(resolve(folder)).digest('base64url').slice(0, 24)}`;
}

/** Null where none was kept, or what was kept is none. Fails as the store does. */
export async function readMark(secrets: AuditSecrets, folder: string): Promise<AuditMark | null> {
  const stored = await secrets.get(markKey(folder));
  if (stored === null) return null;
  try {
    const parsed = v.safeParse(markSchema, JSON.parse(stored));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

export async function writeMark(secrets: AuditSecrets, folder: string, mark: AuditMark): Promise<void> {
  await secrets.set(markKey(folder), JSON.stringify(mark));
}

/** HMAC-SHA-256 of what `chain.json` says; base64url. The key is that of the fingerprints, for this purpose. */
export function sealOf({ version, anchor, head }: Omit<Chain, 'mac'>, key: Buffer): string {
  const said = [
    'chain.json',
    version,
    [anchor.part, anchor.lines, anchor.hash],
    [head.part, head.bytes, head.lines, head.hash, head.day],
  ];
  return macOf(JSON.stringify(said), key);
}

export function macOf(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

export function sameMac(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export interface FoundFault {
  readonly fault: LogFault;
  readonly detail: string;
}

/**
 * What a writer with the key finds wrong with `chain.json` before it goes on; null where all is well or nothing can be
 * told. It writes this down, since its own seal would hide it. `head` is where the lines in the files end.
 */
export function faultBefore(
  chain: Chain | null,
  head: Chain['head'],
  hasParts: boolean,
  { key, mark }: Sealing,
): FoundFault | null {
  if (key === null) return null;
  if (chain === null) {
    if (mark === null) return null;
    return hasParts
      ? { fault: 'rewritten', detail: 'chain.json was missing' }
      : { fault: 'deleted', detail: `it held ${linesText(mark.lines)} and was first used on ${mark.since}` };
  }
  const { mac } = chain;
  if (mac !== null && !sameMac(mac, sealOf(chain, key))) {
    return { fault: 'rewritten', detail: 'chain.json was changed' };
  }
  if (mark !== null && head.lines < mark.lines) {
    return { fault: 'cut', detail: `${linesText(mark.lines - head.lines)} missing at the end` };
  }
  if (mark !== null && head.lines === mark.lines && head.hash !== mark.hash) {
    return { fault: 'rewritten', detail: 'the last line is another' };
  }
  const unsealed = mac === null ? chain.head.lines - (mark?.lines ?? 0) : 0;
  if (unsealed <= 0) return null;
  return { fault: 'unproven', detail: `${linesText(unsealed)} written without the key` };
}

export function linesText(count: number): string {
  return `${count} ${count === 1 ? 'line' : 'lines'}`;
}
